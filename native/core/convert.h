// From JavaScript values to C++ and back, one `From<T>` a C++ type; an op's signature picks them.
// Checks types and ranges only: what a value means is the op's own matter.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <napi.h>

#include "core/callback.h"
#include "core/fault.h"
#include "core/fields.h"
#include "core/slots.h"
#include "mlx/dtype.h"

namespace ft {

struct Environment;

struct Call {
  Environment& environment;
  const napi_value* arguments;
  size_t count;
};

/** Throws the pending JavaScript error, or one made of `status`. */
void check(napi_env env, napi_status status);

/** Axes of a reduction; every axis when absent. */
struct Axes {
  std::optional<std::vector<int>> given;
  std::vector<int> of(const array& a) const;
};

/** A shape to allocate: no negative entries. */
struct Size {
  mx::Shape shape;
};

/** Handles as numbers, for what acts on slots rather than on arrays. */
struct Handles {
  std::vector<Handle> values;
};

/** A typed array, looked into when it is needed: converting another argument may run JavaScript that takes its memory. */
struct TypedMemory {
  struct View {
    napi_typedarray_type type;
    const void* data;
    size_t bytes;
  };
  View view() const;

  napi_env env;
  napi_value value;
};

using Scalar = std::variant<bool, double>;

/** One number for the whole batch, or an array with one for each row. */
using RopeOffset = std::variant<int, array>;

/** A typed array made here. */
struct NewMemory {
  napi_value value;
};

struct AdamwSettings {
  double learningRate, beta1, beta2, eps, weightDecay;
  uint64_t step;
  bool biasCorrection;

  static constexpr auto fields() {
    using Self = AdamwSettings;
    return std::tuple{Field{"learningRate", &Self::learningRate},
                      Field{"beta1", &Self::beta1},
                      Field{"beta2", &Self::beta2},
                      Field{"eps", &Self::eps},
                      Field{"weightDecay", &Self::weightDecay},
                      Field{"step", &Self::step},
                      Field{"biasCorrection", &Self::biasCorrection}};
  }
};

/** What a token's loss is beside -log p of its target. */
struct LossSettings {
  /** Share of the target's probability that is spread over all classes (Szegedy et al. 2015). */
  double labelSmoothing;
  /** Factor on the square of log sum exp of the logits (Chowdhery et al. 2022). */
  double zLoss;

  static constexpr auto fields() {
    using Self = LossSettings;
    return std::tuple{Field{"labelSmoothing", &Self::labelSmoothing}, Field{"zLoss", &Self::zLoss}};
  }

  bool operator==(const LossSettings&) const = default;
};

// --- parts that `From` and hand-written rows share; `what` names the value in an error
double numberFrom(napi_env env, napi_value value, const std::string& what);
int integerFrom(napi_env env, napi_value value, const std::string& what);
std::string stringFrom(napi_env env, napi_value value, const std::string& what);
array arrayFrom(Environment& environment, napi_value value, const std::string& what);
std::vector<array> arraysFrom(Environment& environment, napi_value value, const std::string& what);
mx::Dtype dtypeNamed(const std::string& name);
const char* nameOf(mx::Dtype dtype);
bool isNull(napi_env env, napi_value value);
/** MLX multiplies sizes without a check: an array of 2^64 elements would be one of none. */
void requireCountable(const mx::Shape& shape);
/** How many arrays an op is to make: at least one, and no more than there are handles. */
void requireParts(int count);

// --- arguments
template <class T>
struct From;

template <class T>
struct FromBase {
  static T get(const Call& call, size_t index);
};

#define FT_FROM(T) \
  template <>      \
  struct From<T> : FromBase<T> {};
FT_FROM(array)
FT_FROM(std::vector<array>)
FT_FROM(Handles)
FT_FROM(int)
FT_FROM(float)
FT_FROM(double)
FT_FROM(bool)
FT_FROM(uint64_t)
FT_FROM(std::string)
FT_FROM(mx::Dtype)
FT_FROM(mx::Shape)
FT_FROM(Size)
FT_FROM(std::vector<int>)
FT_FROM(Axes)
FT_FROM(Scalar)
FT_FROM(RopeOffset)
FT_FROM(TypedMemory)
FT_FROM(AdamwSettings)
FT_FROM(LossSettings)
FT_FROM(SharedCallback)
FT_FROM(std::vector<std::string>)
using TextMap = std::map<std::string, std::string>;
FT_FROM(TextMap)
#undef FT_FROM

template <class T>
struct From<std::optional<T>> {
  static std::optional<T> get(const Call& call, size_t index);
};

napi_env envOf(const Call& call);

template <class T>
std::optional<T> From<std::optional<T>>::get(const Call& call, size_t index) {
  if (isNull(envOf(call), call.arguments[index])) return std::nullopt;
  return From<T>::get(call, index);
}

// --- arguments as words, for error messages
std::string describe(const array& a);
std::string describe(const std::vector<array>& arrays);
std::string describeOther(const Call& call, size_t index);

template <class T>
std::string describeArgument(const Call& call, size_t index) {
  if constexpr (std::is_same_v<T, array> || std::is_same_v<T, std::vector<array>>) {
    return describe(From<T>::get(call, index));
  } else if constexpr (std::is_same_v<T, std::optional<array>>) {
    auto a = From<T>::get(call, index);
    return a ? describe(*a) : "null";
  } else {
    return describeOther(call, index);
  }
}

// --- results
napi_value toValue(Environment& environment, array a);
napi_value toValue(Environment& environment, const std::vector<array>& arrays);
napi_value toValue(Environment& environment, const std::map<std::string, array>& arrays);
napi_value toValue(Environment& environment, double number);
napi_value toValue(Environment& environment, bool truth);
napi_value toValue(Environment& environment, const std::string& text);
napi_value toValue(Environment& environment, const mx::Shape& shape);
inline napi_value toValue(Environment& environment, size_t number) {
  return toValue(environment, static_cast<double>(number));
}
inline napi_value toValue(Environment& environment, int number) {
  return toValue(environment, static_cast<double>(number));
}
inline napi_value toValue(Environment& environment, mx::Dtype dtype) {
  return toValue(environment, std::string(nameOf(dtype)));
}
inline napi_value toValue(Environment&, NewMemory memory) { return memory.value; }

napi_value newObject(Environment& environment);
/** As an own property, whatever its name. */
void define(Environment& environment, napi_value object, const std::string& name, napi_value value);

template <WithFields T>
napi_value toValue(Environment& environment, const T& whole) {
  napi_value object = newObject(environment);
  eachField<T>([&](const auto& field) {
    define(environment, object, field.name, toValue(environment, whole.*field.member));
  });
  return object;
}

}  // namespace ft
