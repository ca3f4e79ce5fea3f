// The one entry from JavaScript into every op, and the one place where C++ exceptions become JavaScript errors.
// Knows no op by name.
#include "core/row.h"

#include <array>

#include "core/fault.h"

namespace ft {

namespace {

constexpr size_t maximumArguments = 13;

void throwCoded(napi_env env, const char* code, const std::string& message) {
  napi_value codeText, messageText, error;
  napi_create_string_utf8(env, code, NAPI_AUTO_LENGTH, &codeText);
  napi_create_string_utf8(env, message.data(), message.size(), &messageText);
  if (napi_create_error(env, codeText, messageText, &error) == napi_ok) napi_throw(env, error);
}

bool tellsOfMemory(const std::string& message) {
  // An error on one of MLX's threads comes back as its words alone.
  for (const char* words : {"cannot allocate", "malloc", "Unable to allocate"})
    if (message.find(words) != std::string::npos) return true;
  return false;
}

std::string withArguments(const Row& row, const Call& call, const std::string& message) {
  try {
    return std::string(row.name) + "(" + row.describe(call) + "): " + message;
  } catch (...) {
    // A callback may have freed an argument: its description is lost, the message is not.
    return std::string(row.name) + ": " + message;
  }
}

void throwFrom(const Row& row, const Call& call, const std::exception& error) {
  std::string what = error.what();
  bool memory = dynamic_cast<const std::bad_alloc*>(&error) || tellsOfMemory(what);
  throwCoded(call.environment.env, memory ? codes::memory : codes::operation, withArguments(row, call, what));
}

void rethrow(const Napi::Error& error) {
  try {
    error.ThrowAsJavaScriptException();
  } catch (const Napi::Error&) {
    // A Worker that is being terminated takes no more errors; it unwinds by itself.
  }
}

napi_value run(const Row& row, const Call& call) {
  napi_env env = call.environment.env;
  try {
    require(call.count == row.arity,
            "takes " + std::to_string(row.arity) + " arguments, got " + std::to_string(call.count));
    return row.invoke(call, row.function);
  } catch (const Napi::Error& error) {
    rethrow(error);
  } catch (const Fault& fault) {
    throwCoded(env, fault.code, std::string(row.name) + ": " + fault.what());
  } catch (const std::exception& error) {
    throwFrom(row, call, error);
  } catch (...) {
    throwCoded(env, codes::operation, std::string(row.name) + ": unknown native exception");
  }
  return nullptr;
}

napi_value entry(napi_env env, napi_callback_info info) {
  std::array<napi_value, maximumArguments> arguments;
  size_t count = arguments.size();
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &count, arguments.data(), nullptr, &data) != napi_ok) return nullptr;
  void* environment = nullptr;
  if (napi_get_instance_data(env, &environment) != napi_ok) return nullptr;
  return run(*static_cast<const Row*>(data), Call{*static_cast<Environment*>(environment), arguments.data(), count});
}

}  // namespace

void exportTable(napi_env env, napi_value exports, const OpTable& table) {
  for (const Row& row : table) {
    bool taken = false;
    check(env, napi_has_named_property(env, exports, row.name, &taken));
    if (taken) throw std::logic_error(std::string("two rows are named ") + row.name);
    napi_value function, length, signature;
    void* data = const_cast<Row*>(&row);
    check(env, napi_create_function(env, row.name, NAPI_AUTO_LENGTH, entry, data, &function));
    check(env, napi_create_uint32(env, static_cast<uint32_t>(row.arity), &length));
    std::string spelled = row.spelled();
    check(env, napi_create_string_utf8(env, spelled.data(), spelled.size(), &signature));
    napi_property_descriptor told[] = {
        {"length", nullptr, nullptr, nullptr, nullptr, length, napi_configurable, nullptr},
        {"signature", nullptr, nullptr, nullptr, nullptr, signature, napi_configurable, nullptr}};
    check(env, napi_define_properties(env, function, std::size(told), told));
    check(env, napi_set_named_property(env, exports, row.name, function));
  }
}

}  // namespace ft
