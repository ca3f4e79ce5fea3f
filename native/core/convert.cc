// Definitions of the conversions. Every refusal names the argument by its place and says what came instead.
// Not here: shapes and dtypes that do not go together, which MLX itself refuses.
#include "core/convert.h"

#include <algorithm>
#include <climits>
#include <cmath>
#include <numeric>

#include "core/environment.h"
#include "mlx/ops.h"

namespace ft {

namespace {

constexpr const char* dtypeNames[] = {"bool",  "uint8", "uint16",  "uint32",  "uint64",  "int8",     "int16",
                                      "int32", "int64", "float16", "float32", "float64", "bfloat16", "complex64"};
const mx::Dtype dtypes[] = {mx::bool_, mx::uint8, mx::uint16,  mx::uint32,  mx::uint64,  mx::int8,     mx::int16,
                            mx::int32, mx::int64, mx::float16, mx::float32, mx::float64, mx::bfloat16, mx::complex64};

std::string place(size_t index) { return "argument " + std::to_string(index + 1); }

napi_valuetype typeOf(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  check(env, napi_typeof(env, value, &type));
  return type;
}

const char* typeName(napi_env env, napi_value value) {
  switch (typeOf(env, value)) {
    case napi_undefined: return "undefined";
    case napi_null: return "null";
    case napi_boolean: return "a boolean";
    case napi_number: return "a number";
    case napi_string: return "a string";
    case napi_symbol: return "a symbol";
    case napi_object: return "an object";
    case napi_function: return "a function";
    case napi_external: return "an external";
    case napi_bigint: return "a bigint";
  }
  return "a value";
}

Fault expected(napi_env env, napi_value value, const std::string& what, const char* wanted) {
  return argumentFault(what + " must be " + wanted + ", is " + typeName(env, value));
}

bool isArray(napi_env env, napi_value value) {
  bool result = false;
  check(env, napi_is_array(env, value, &result));
  return result;
}

template <class Item>
auto listFrom(napi_env env, napi_value value, const std::string& what, Item item) {
  if (!isArray(env, value)) throw expected(env, value, what, "an array");
  uint32_t length = 0;
  check(env, napi_get_array_length(env, value, &length));
  std::vector<decltype(item(value))> list;
  // A sparse array may claim any length.
  list.reserve(std::min<uint32_t>(length, 4096));
  for (uint32_t i = 0; i < length; i++) {
    napi_value element;
    check(env, napi_get_element(env, value, i, &element));
    list.push_back(item(element));
  }
  return list;
}

std::vector<int> integersFrom(napi_env env, napi_value value, const std::string& what) {
  return listFrom(env, value, what, [&](napi_value item) { return integerFrom(env, item, "an entry of " + what); });
}

bool boolFrom(napi_env env, napi_value value, const std::string& what) {
  bool result = false;
  if (napi_get_value_bool(env, value, &result) != napi_ok) throw expected(env, value, what, "a boolean");
  return result;
}

uint64_t countFrom(napi_env env, napi_value value, const std::string& what) {
  double number = numberFrom(env, value, what);
  require(number >= 0 && number <= 9007199254740991.0 && number == std::floor(number),
          what + " must be a whole number from 0 to 2^53 - 1");
  return static_cast<uint64_t>(number);
}

napi_value property(napi_env env, napi_value object, const char* name) {
  napi_value value;
  check(env, napi_get_named_property(env, object, name, &value));
  return value;
}

void assign(napi_env env, napi_value value, const char* what, double& member) { member = numberFrom(env, value, what); }
void assign(napi_env env, napi_value value, const char* what, uint64_t& member) { member = countFrom(env, value, what); }
void assign(napi_env env, napi_value value, const char* what, bool& member) { member = boolFrom(env, value, what); }

}  // namespace

void check(napi_env env, napi_status status) {
  if (status != napi_ok) throw Napi::Error::New(env);
}

napi_env envOf(const Call& call) { return call.environment.env; }

std::vector<int> Axes::of(const array& a) const {
  if (given) return *given;
  std::vector<int> all(a.ndim());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

double numberFrom(napi_env env, napi_value value, const std::string& what) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) throw expected(env, value, what, "a number");
  return number;
}

int integerFrom(napi_env env, napi_value value, const std::string& what) {
  double number = numberFrom(env, value, what);
  require(number >= INT_MIN && number <= INT_MAX && number == std::floor(number),
          what + " must be a 32-bit whole number");
  return static_cast<int>(number);
}

std::string stringFrom(napi_env env, napi_value value, const std::string& what) {
  if (typeOf(env, value) != napi_string) throw expected(env, value, what, "a string");
  return Napi::String(env, value).Utf8Value();
}

array arrayFrom(Environment& environment, napi_value value, const std::string& what) {
  double handle = 0;
  if (napi_get_value_double(environment.env, value, &handle) != napi_ok)
    throw expected(environment.env, value, what, "the handle of an array");
  try {
    return environment.slots.at(handle);
  } catch (const Fault& fault) {
    throw Fault(fault.code, what + ": " + fault.what());
  }
}

std::vector<array> arraysFrom(Environment& environment, napi_value value, const std::string& what) {
  return listFrom(environment.env, value, what,
                  [&](napi_value item) { return arrayFrom(environment, item, "an entry of " + what); });
}

mx::Dtype dtypeNamed(const std::string& name) {
  for (size_t i = 0; i < std::size(dtypeNames); i++)
    if (name == dtypeNames[i]) return dtypes[i];
  throw argumentFault("\"" + name + "\" is not a dtype");
}

const char* nameOf(mx::Dtype dtype) { return dtypeNames[static_cast<size_t>(dtype.val())]; }

void requireParts(int count) {
  require(count > 0 && count <= maximumArrays, std::to_string(count) + " is no number of arrays to make");
}

void requireCountable(const mx::Shape& shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return;
  constexpr size_t most = size_t{1} << 59;
  size_t elements = 1;
  for (int size : shape) {
    require(elements <= most / static_cast<size_t>(size), "a shape has too many elements");
    elements *= static_cast<size_t>(size);
  }
}

bool isNull(napi_env env, napi_value value) { return typeOf(env, value) == napi_null; }

template <>
array FromBase<array>::get(const Call& call, size_t index) {
  double handle = 0;
  // The common case takes no detour through error texts.
  if (napi_get_value_double(envOf(call), call.arguments[index], &handle) != napi_ok)
    throw expected(envOf(call), call.arguments[index], place(index), "the handle of an array");
  try {
    return call.environment.slots.at(handle);
  } catch (const Fault& fault) {
    throw Fault(fault.code, place(index) + ": " + fault.what());
  }
}

template <>
std::vector<array> FromBase<std::vector<array>>::get(const Call& call, size_t index) {
  return arraysFrom(call.environment, call.arguments[index], place(index));
}

template <>
Handles FromBase<Handles>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  return {listFrom(env, call.arguments[index], place(index), [&](napi_value item) {
    return numberFrom(env, item, "an entry of " + place(index));
  })};
}

template <>
int FromBase<int>::get(const Call& call, size_t index) {
  return integerFrom(envOf(call), call.arguments[index], place(index));
}

template <>
float FromBase<float>::get(const Call& call, size_t index) {
  return static_cast<float>(numberFrom(envOf(call), call.arguments[index], place(index)));
}

template <>
double FromBase<double>::get(const Call& call, size_t index) {
  return numberFrom(envOf(call), call.arguments[index], place(index));
}

template <>
bool FromBase<bool>::get(const Call& call, size_t index) {
  return boolFrom(envOf(call), call.arguments[index], place(index));
}

template <>
uint64_t FromBase<uint64_t>::get(const Call& call, size_t index) {
  return countFrom(envOf(call), call.arguments[index], place(index));
}

template <>
std::string FromBase<std::string>::get(const Call& call, size_t index) {
  return stringFrom(envOf(call), call.arguments[index], place(index));
}

template <>
mx::Dtype FromBase<mx::Dtype>::get(const Call& call, size_t index) {
  return dtypeNamed(stringFrom(envOf(call), call.arguments[index], place(index)));
}

template <>
std::vector<int> FromBase<std::vector<int>>::get(const Call& call, size_t index) {
  return integersFrom(envOf(call), call.arguments[index], place(index));
}

template <>
mx::Shape FromBase<mx::Shape>::get(const Call& call, size_t index) {
  auto sizes = FromBase<std::vector<int>>::get(call, index);
  return mx::Shape(sizes.begin(), sizes.end());
}

template <>
Size FromBase<Size>::get(const Call& call, size_t index) {
  mx::Shape shape = FromBase<mx::Shape>::get(call, index);
  for (int size : shape) require(size >= 0, place(index) + ": a shape has no negative entries");
  requireCountable(shape);
  return {std::move(shape)};
}

template <>
Axes FromBase<Axes>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  napi_value value = call.arguments[index];
  if (isNull(env, value)) return {};
  if (isArray(env, value)) return {integersFrom(env, value, place(index))};
  return {std::vector<int>{integerFrom(env, value, place(index))}};
}

template <>
Scalar FromBase<Scalar>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  napi_value value = call.arguments[index];
  if (typeOf(env, value) == napi_boolean) return boolFrom(env, value, place(index));
  return numberFrom(env, value, place(index));
}

template <>
RopeOffset FromBase<RopeOffset>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  napi_value value = call.arguments[index];
  if (!isArray(env, value)) return integerFrom(env, value, place(index));
  auto arrays = arraysFrom(call.environment, value, place(index));
  require(arrays.size() == 1, place(index) + " must be a number or a list of one handle");
  return arrays[0];
}

template <>
TypedMemory FromBase<TypedMemory>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  napi_value value = call.arguments[index];
  bool typed = false;
  check(env, napi_is_typedarray(env, value, &typed));
  if (!typed) throw expected(env, value, place(index), "a typed array");
  return {env, value};
}

TypedMemory::View TypedMemory::view() const {
  View view{};
  size_t length = 0;
  void* data = nullptr;
  check(env, napi_get_typedarray_info(env, value, &view.type, &length, &data, nullptr, nullptr));
  view.data = data;
  view.bytes = length * Napi::TypedArray(env, value).ElementSize();
  return view;
}

template <WithFields T>
static T settingsFrom(const Call& call, size_t index) {
  napi_env env = envOf(call);
  napi_value value = call.arguments[index];
  if (typeOf(env, value) != napi_object) throw expected(env, value, place(index), "an object");
  T settings;
  eachField<T>([&](const auto& field) {
    assign(env, property(env, value, field.name), field.name, settings.*field.member);
  });
  return settings;
}

template <>
AdamwSettings FromBase<AdamwSettings>::get(const Call& call, size_t index) {
  return settingsFrom<AdamwSettings>(call, index);
}

template <>
LossSettings FromBase<LossSettings>::get(const Call& call, size_t index) {
  return settingsFrom<LossSettings>(call, index);
}

template <>
SharedCallback FromBase<SharedCallback>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  napi_value value = call.arguments[index];
  if (typeOf(env, value) != napi_function) throw expected(env, value, place(index), "a function");
  return std::make_shared<Callback>(call.environment, value);
}

template <>
std::vector<std::string> FromBase<std::vector<std::string>>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  return listFrom(env, call.arguments[index], place(index), [&](napi_value item) {
    return stringFrom(env, item, "an entry of " + place(index));
  });
}

template <>
TextMap FromBase<TextMap>::get(const Call& call, size_t index) {
  napi_env env = envOf(call);
  napi_value value = call.arguments[index];
  if (typeOf(env, value) != napi_object) throw expected(env, value, place(index), "an object of strings");
  napi_value names;
  check(env, napi_get_all_property_names(env, value, napi_key_own_only, napi_key_enumerable,
                                         napi_key_numbers_to_strings, &names));
  TextMap map;
  listFrom(env, names, place(index), [&](napi_value name) {
    napi_value text;
    check(env, napi_get_property(env, value, name, &text));
    map[stringFrom(env, name, place(index))] = stringFrom(env, text, "a value of " + place(index));
    return true;
  });
  return map;
}

}  // namespace ft
