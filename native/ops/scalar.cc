// The rules by which a bare number takes a dtype. JavaScript has one number type, so "is an integer" is read off
// the value: 2.0 counts as whole here where Python would call it a float.
#include "ops/scalar.h"

#include <cmath>

namespace ft {

namespace {

bool isWhole(double value) { return value == std::floor(value) && std::abs(value) <= 9007199254740991.0; }

mx::Dtype weakDtype(double value, mx::Dtype dtype) {
  if (mx::issubdtype(dtype, mx::inexact)) return dtype;
  if (!isWhole(value)) return mx::float32;
  if (dtype != mx::bool_) return dtype;
  return std::abs(value) <= INT32_MAX ? mx::int32 : mx::int64;
}

}  // namespace

array scalarOf(double value, mx::Dtype dtype) {
  // Negative or large whole numbers wrap in an unsigned dtype only when they start as an integer.
  if (mx::issubdtype(dtype, mx::integer)) return array(static_cast<int64_t>(value), dtype);
  return array(value, dtype);
}

array scalarLike(Scalar value, mx::Dtype dtype) {
  if (const bool* truth = std::get_if<bool>(&value)) return array(*truth, dtype);
  double number = std::get<double>(value);
  return scalarOf(number, weakDtype(number, dtype));
}

}  // namespace ft
