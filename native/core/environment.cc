// Birth and end of an environment. The end runs on the environment's own thread, in the order MLX needs:
// arrays, compiled functions, outstanding work, then the thread's streams.
#include "core/environment.h"

#include <atomic>

#include "core/convert.h"
#include "mlx/compile_impl.h"
#include "mlx/stream.h"

namespace ft {

namespace {

uint32_t nextTag() {
  // The one process-wide number: environments must differ in something that handles can carry.
  static std::atomic<uint32_t> count{0};
  return count.fetch_add(1) % 255 + 1;
}

}  // namespace

Environment::Environment(napi_env env)
    : env(env), slots(nextTag()), callbacks(std::make_shared<Callbacks>(env)) {}

Environment& Environment::of(napi_env env) {
  void* data = nullptr;
  check(env, napi_get_instance_data(env, &data));
  return *static_cast<Environment*>(data);
}

void Environment::attach(napi_env env) {
  auto* environment = new Environment(env);
  auto destroy = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  check(env, napi_set_instance_data(env, environment, destroy, nullptr));
  auto close = [](void* data) { static_cast<Environment*>(data)->close(); };
  check(env, napi_add_env_cleanup_hook(env, close, environment));
}

void Environment::close() noexcept {
  try {
    slots.clear();
    compiled.clear();
    mx::detail::compile_clear_cache(mx::detail::compile_cache());
    mx::synchronize();
    mx::clear_streams();
  } catch (...) {
    // The process or the Worker is ending: there is nobody left to tell.
  }
  callbacks->close();
}

}  // namespace ft
