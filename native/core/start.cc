// The start of an addon in one environment. What goes wrong keeps its code.
#include "core/start.h"

#include "core/environment.h"
#include "core/fault.h"

namespace ft {

Napi::Object start(Napi::Env env, Napi::Object exports, void (*prepare)(),
                   std::initializer_list<const OpTable& (*)()> tables) {
  try {
    prepare();
    Environment::attach(env);
    for (const auto& table : tables) exportTable(env, exports, table());
  } catch (const Napi::Error&) {
    throw;
  } catch (const Fault& fault) {
    Napi::Error error = Napi::Error::New(env, fault.what());
    error.Set("code", fault.code);
    throw error;
  } catch (const std::exception& error) {
    throw Napi::Error::New(env, error.what());
  }
  return exports;
}

}  // namespace ft
