// The way back: results into JavaScript values, and arguments into words for error messages.
// What comes in is convert.cc's.
#include "core/convert.h"
#include "core/environment.h"

namespace ft {

std::string describe(const array& a) {
  std::string text = std::string(nameOf(a.dtype())) + "[";
  for (size_t i = 0; i < a.ndim(); i++) text += (i ? ", " : "") + std::to_string(a.shape(static_cast<int>(i)));
  return text + "]";
}

std::string describe(const std::vector<array>& arrays) {
  constexpr size_t shown = 6;
  std::string text = "[";
  for (size_t i = 0; i < std::min(arrays.size(), shown); i++) text += (i ? ", " : "") + describe(arrays[i]);
  if (arrays.size() > shown) text += ", … " + std::to_string(arrays.size()) + " in all";
  return text + "]";
}

std::string describeOther(const Call& call, size_t index) {
  Napi::Value value(envOf(call), call.arguments[index]);
  if (value.IsArray()) return "[" + value.ToString().Utf8Value() + "]";
  if (value.IsFunction()) return "a function";
  if (value.IsObject()) return "an object";
  return value.ToString().Utf8Value();
}

napi_value toValue(Environment& environment, array a) {
  requireCountable(a.shape());
  napi_value handle;
  check(environment.env, napi_create_double(environment.env, environment.slots.add(std::move(a)), &handle));
  return handle;
}

napi_value toValue(Environment& environment, const std::vector<array>& arrays) {
  napi_env env = environment.env;
  napi_value list;
  check(env, napi_create_array_with_length(env, arrays.size(), &list));
  for (uint32_t i = 0; i < arrays.size(); i++)
    check(env, napi_set_element(env, list, i, toValue(environment, arrays[i])));
  return list;
}

napi_value newObject(Environment& environment) {
  napi_value object;
  check(environment.env, napi_create_object(environment.env, &object));
  return object;
}

void define(Environment& environment, napi_value object, const std::string& name, napi_value value) {
  napi_property_descriptor own{};
  own.name = toValue(environment, name);
  own.value = value;
  own.attributes = napi_default_jsproperty;
  // Defined rather than set: a tensor may be called "__proto__".
  check(environment.env, napi_define_properties(environment.env, object, 1, &own));
}

napi_value toValue(Environment& environment, const std::map<std::string, array>& arrays) {
  napi_value object = newObject(environment);
  for (const auto& [name, a] : arrays) define(environment, object, name, toValue(environment, a));
  return object;
}

napi_value toValue(Environment& environment, bool truth) {
  napi_value value;
  check(environment.env, napi_get_boolean(environment.env, truth, &value));
  return value;
}

napi_value toValue(Environment& environment, double number) {
  napi_value value;
  check(environment.env, napi_create_double(environment.env, number, &value));
  return value;
}

napi_value toValue(Environment& environment, const std::string& text) {
  napi_value value;
  check(environment.env, napi_create_string_utf8(environment.env, text.data(), text.size(), &value));
  return value;
}

napi_value toValue(Environment& environment, const mx::Shape& shape) {
  napi_env env = environment.env;
  napi_value list;
  check(env, napi_create_array_with_length(env, shape.size(), &list));
  for (uint32_t i = 0; i < shape.size(); i++)
    check(env, napi_set_element(env, list, i, toValue(environment, shape[static_cast<int>(i)])));
  return list;
}

}  // namespace ft
