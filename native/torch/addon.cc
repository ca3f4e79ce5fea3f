// Entry of the addon over libtorch, and birth and end of an environment: the same seam as native/addon.cc, with
// libtorch's tensors behind it. Ops that are not exported here are refused by name in src/mx/loader.ts.
#include <atomic>

#include <c10/core/GradMode.h>
#include <c10/util/Logging.h>
#include <napi.h>

#include "core/convert.h"
#include "core/environment.h"
#include "memory.h"
#include "ops/tables.h"
#include "tables.h"

namespace ft {

namespace {

uint32_t nextTag() {
  static std::atomic<uint32_t> count{0};
  uint32_t tag = count.fetch_add(1) + 1;
  if (tag <= Slots::maximumTag) return tag;
  throw Fault(codes::environment, "the addon was loaded " + std::to_string(Slots::maximumTag) +
                                      " times, by as many Workers: start a new process");
}

}  // namespace

Environment::Environment(napi_env env)
    : env(env), slots(nextTag()), callbacks(std::make_shared<Callbacks>(env)) {}

void Environment::attach(napi_env env) {
  auto* environment = new Environment(env);
  // Nothing is recorded but inside what is differentiated.
  at::GradMode::set_enabled(false);
  auto destroy = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  check(env, napi_set_instance_data(env, environment, destroy, nullptr));
  auto close = [](void* data) { static_cast<Environment*>(data)->close(); };
  check(env, napi_add_env_cleanup_hook(env, close, environment));
}

void Environment::close() noexcept {
  slots.clear();
  callbacks->close();
}

namespace torch {

namespace {

void prepareOnce() {
  static const bool done = [] {
    // What goes wrong is told in words; addresses of libtorch's functions tell nobody anything.
    c10::SetStackTraceFetcher([] { return std::string(); });
    countMemory();
    return true;
  }();
  static_cast<void>(done);
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  try {
    prepareOnce();
    Environment::attach(env);
    for (const auto& table : {system, ops::handles, ops::elementwise, ops::reductions, ops::shapes, layers, losses,
                              optimizers, random, gradients, files})
      exportTable(env, exports, table());
  } catch (const Napi::Error&) {
    throw;
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
  return exports;
}

}  // namespace

NODE_API_MODULE(ft_native_torch, initialise)

}  // namespace torch

}  // namespace ft
