// Holding and calling JavaScript functions on MLX's behalf.
// A throw inside one travels as a C++ exception through MLX and comes out as the same JavaScript error.
#include "core/callback.h"

#include "core/convert.h"
#include "core/environment.h"
#include "core/fault.h"

namespace ft {

napi_ref Callbacks::hold(napi_value function) {
  sweep();
  napi_ref reference = nullptr;
  check(env_, napi_create_reference(env_, function, 1, &reference));
  std::lock_guard lock(mutex_);
  held_.insert(reference);
  return reference;
}

void Callbacks::release(napi_ref reference) {
  std::lock_guard lock(mutex_);
  if (!open_) return;
  if (std::this_thread::get_id() != owner_) {
    orphans_.push_back(reference);
    return;
  }
  held_.erase(reference);
  napi_delete_reference(env_, reference);
}

void Callbacks::sweep() {
  std::lock_guard lock(mutex_);
  for (napi_ref reference : orphans_) {
    held_.erase(reference);
    napi_delete_reference(env_, reference);
  }
  orphans_.clear();
}

void Callbacks::close() {
  std::lock_guard lock(mutex_);
  open_ = false;
  for (napi_ref reference : held_) napi_delete_reference(env_, reference);
  held_.clear();
  orphans_.clear();
}

Callback::Callback(Environment& environment, napi_value function)
    : environment_(environment), store_(environment.callbacks), reference_(store_->hold(function)) {}

Callback::~Callback() { store_->release(reference_); }

std::vector<array> Callback::call(const std::vector<array>& inputs) const {
  Napi::Env env(environment_.env);
  Napi::HandleScope handles(env);
  CallbackScope scope(environment_.slots);
  napi_value function = nullptr;
  check(env, napi_get_reference_value(env, reference_, &function));
  napi_value result = Napi::Function(env, function).Call({toValue(environment_, inputs)});
  if (!scope.balanced()) throw Fault(codes::scope, "the callback left a scope open");
  return arraysFrom(environment_, result, "the callback's result");
}

}  // namespace ft
