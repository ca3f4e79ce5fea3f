// JavaScript functions that MLX calls: held as long as any closure inside MLX's graph wants them.
// The last such closure may die on one of MLX's own threads, where Node-API must not be touched; the reference
// then waits for the owning thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include <napi.h>

#include "mlx/array.h"

namespace ft {

struct Environment;

using ArrayFunction = std::function<std::vector<mlx::core::array>(const std::vector<mlx::core::array>&)>;

class Callbacks {
 public:
  explicit Callbacks(napi_env env) : env_(env), owner_(std::this_thread::get_id()) {}

  napi_ref hold(napi_value function);
  void release(napi_ref reference);
  /** Deletes what died on other threads. */
  void sweep();
  /** Deletes all and ignores later releases; the environment is going away. */
  void close();

 private:
  napi_env env_;
  std::thread::id owner_;
  std::mutex mutex_;
  bool open_ = true;
  std::unordered_set<napi_ref> held_;
  std::vector<napi_ref> orphans_;
};

class Callback {
 public:
  Callback(Environment& environment, napi_value function);
  Callback(const Callback&) = delete;
  Callback& operator=(const Callback&) = delete;
  ~Callback();

  /** Calls into JavaScript with fresh handles in a scope of their own; throws Napi::Error when JavaScript throws. */
  std::vector<mlx::core::array> call(const std::vector<mlx::core::array>& inputs) const;

 private:
  Environment& environment_;
  std::shared_ptr<Callbacks> store_;
  napi_ref reference_;
};

using SharedCallback = std::shared_ptr<Callback>;

}  // namespace ft
