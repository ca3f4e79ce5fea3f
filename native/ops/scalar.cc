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

bool fits(double value, mx::Dtype dtype) {
  int bits = 8 * static_cast<int>(size_of(dtype));
  bool isSigned = mx::issubdtype(dtype, mx::signedinteger);
  double top = std::ldexp(1.0, isSigned ? bits - 1 : bits);
  return value < top && value >= (isSigned ? -top : 0);
}

}  // namespace

array scalarOf(double value, mx::Dtype dtype) {
  if (!mx::issubdtype(dtype, mx::integer)) return array(value, dtype);
  constexpr double top = 9223372036854775808.0;
  // False for NaN too, which no integer is.
  require(value >= -top && value < 2 * top, std::to_string(value) + " is no " + nameOf(dtype));
  // Negative or large whole numbers wrap in an unsigned dtype only when they start as an integer.
  return value < top ? array(static_cast<int64_t>(value), dtype) : array(static_cast<uint64_t>(value), dtype);
}

array scalarLike(Scalar value, mx::Dtype dtype) {
  if (const bool* truth = std::get_if<bool>(&value)) return array(*truth, dtype);
  double number = std::get<double>(value);
  mx::Dtype taken = weakDtype(number, dtype);
  if (mx::issubdtype(taken, mx::integer) && !fits(number, taken))
    throw argumentFault(std::to_string(static_cast<int64_t>(number)) + " does not fit " + nameOf(taken));
  return scalarOf(number, taken);
}

}  // namespace ft
