// Entry of the addon over libtorch: the same seam as native/addon.cc, with libtorch's tensors behind it. Ops that are not
// exported here are refused by name in src/mx/loader.ts.
#include <c10/core/GradMode.h>
#include <c10/util/Logging.h>
#include <napi.h>

#include "core/library.h"
#include "core/start.h"
#include "memory.h"
#include "ops/tables.h"
#include "tables.h"

namespace ft {

// Nothing is recorded but inside what is differentiated.
void library::enter() { at::GradMode::set_enabled(false); }

// Every operation is computed when it was called, but for those on a device, which outlives the thread.
void library::leave() noexcept {}

namespace torch {

namespace {

void prepare() {
  static const bool done = [] {
    // What goes wrong is told in words; addresses of libtorch's functions tell nobody anything.
    c10::SetStackTraceFetcher([] { return std::string(); });
    countMemory();
    return true;
  }();
  static_cast<void>(done);
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  return start(env, exports, prepare,
               {system, ops::handles, ops::elementwise, ops::reductions, ops::shapes, layers, ops::losses, optimizers,
                random, gradients, ops::files});
}

}  // namespace

NODE_API_MODULE(ft_native_torch, initialise)

}  // namespace torch

}  // namespace ft
