// Entry of the addon: makes the environment's state and exports every op table.
// No op is written here.
#include <napi.h>

#include "core/blas.h"
#include "core/environment.h"
#include "mlx/version.h"
#include "ops/tables.h"

namespace {

void requireSameMlx() {
  std::string built = std::to_string(MLX_VERSION_MAJOR) + "." + std::to_string(MLX_VERSION_MINOR) + "." +
      std::to_string(MLX_VERSION_PATCH);
  // Inline code of the headers and the library must agree on every layout.
  if (built != mlx::core::version())
    throw ft::Fault("FT-NATIVE-VERSION", "built for MLX " + built + ", found libmlx " + mlx::core::version());
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  try {
    requireSameMlx();
    ft::blas::initialise();
    ft::Environment::attach(env);
    for (const auto& table : {ft::ops::system, ft::ops::handles, ft::ops::data, ft::ops::elementwise,
                              ft::ops::reductions, ft::ops::shapes, ft::ops::linear, ft::ops::attentions,
                              ft::ops::quantized, ft::ops::random, ft::ops::transforms, ft::ops::losses, ft::ops::composites,
                              ft::ops::lowRank, ft::ops::moments, ft::ops::recurrences, ft::ops::files, ft::ops::several})
      ft::exportTable(env, exports, table());
  } catch (const Napi::Error&) {
    throw;
  } catch (const ft::Fault& fault) {
    Napi::Error error = Napi::Error::New(env, fault.what());
    error.Set("code", fault.code);
    throw error;
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
  return exports;
}

}  // namespace

NODE_API_MODULE(ft_native, initialise)
