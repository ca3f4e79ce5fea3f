// Birth and end of an environment. The end runs on the environment's own thread: arrays and compiled functions first,
// then what the library holds for the thread.
#include "core/environment.h"

#include <atomic>

#include "core/convert.h"
#include "core/library.h"

namespace ft {

namespace {

uint32_t nextTag() {
  // The one process-wide number: environments must differ in something that handles can carry.
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
  library::enter();
  auto destroy = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  check(env, napi_set_instance_data(env, environment, destroy, nullptr));
  auto close = [](void* data) { static_cast<Environment*>(data)->close(); };
  check(env, napi_add_env_cleanup_hook(env, close, environment));
}

void Environment::close() noexcept {
  slots.clear();
  compiled.clear();
  library::leave();
  callbacks->close();
}

}  // namespace ft
