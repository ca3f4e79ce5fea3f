// Everything the addon remembers for one JavaScript environment (the main thread or one Worker).
// Nothing of it is global: two Workers share no array, no callback, no compiled function.
#pragma once

#include <memory>
#include <unordered_map>

#include <node_api.h>

#include "core/callback.h"
#include "core/slots.h"

namespace ft {

struct Compiled {
  ArrayFunction function;
  std::uintptr_t cacheKey() const { return reinterpret_cast<std::uintptr_t>(this); }
};

struct Environment {
  explicit Environment(napi_env env);

  /** Makes an environment for `env` and frees it, arrays first, when `env` ends. */
  static void attach(napi_env env);

  napi_env env;
  Slots slots;
  std::shared_ptr<Callbacks> callbacks;
  std::unordered_map<int, std::shared_ptr<Compiled>> compiled;
  int nextCompiled = 1;

  /** Lets go of all that the library holds for this thread. */
  void close() noexcept;
};

}  // namespace ft
