// Entry of the addon: makes the environment's state and exports every op table.
// No op is written here.
#include <napi.h>

#include "core/blas.h"
#include "core/fault.h"
#include "core/start.h"
#include "mlx/version.h"
#include "ops/tables.h"

namespace {

void prepare() {
  std::string built = std::to_string(MLX_VERSION_MAJOR) + "." + std::to_string(MLX_VERSION_MINOR) + "." +
      std::to_string(MLX_VERSION_PATCH);
  // Inline code of the headers and the library must agree on every layout.
  if (built != mlx::core::version())
    throw ft::Fault("FT-NATIVE-VERSION", "built for MLX " + built + ", found libmlx " + mlx::core::version());
  ft::blas::initialise();
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  using namespace ft::ops;
  return ft::start(env, exports, prepare,
                   {system, handles, data, elementwise, reductions, shapes, linear, attentions, quantized, random,
                    transforms, losses, composites, lowRank, moments, recurrences, files, several});
}

}  // namespace

NODE_API_MODULE(ft_native, initialise)
