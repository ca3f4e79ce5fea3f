// Element-wise ops: one row an op, broadcasting and promotion as MLX does them.
// Scalars that follow the array's dtype are made in scalar.cc.
#include "mlx/ops.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

std::optional<array> bound(std::optional<double> value, const array& a) {
  if (!value) return std::nullopt;
  return scalarLike(*value, a.dtype());
}

/** Apart from a divisor of -1, by which the processor cannot divide the lowest integer. */
array floorDivide(const array& a, const array& b) {
  mx::Dtype dtype = mx::result_type(a, b);
  if (!mx::issubdtype(dtype, mx::signedinteger)) return mx::floor_divide(a, b);
  array divisor = mx::astype(b, dtype);
  array negates = mx::equal(divisor, array(-1, dtype));
  array quotient = mx::floor_divide(a, mx::where(negates, array(1, dtype), divisor));
  return mx::where(negates, mx::negative(mx::astype(a, dtype)), quotient);
}

}  // namespace

const OpTable& elementwise() {
  static const OpTable table = {
      row("abs", [](const array& a) { return mx::abs(a); }),
      row("negative", [](const array& a) { return mx::negative(a); }),
      row("exp", [](const array& a) { return mx::exp(a); }),
      row("log", [](const array& a) { return mx::log(a); }),
      row("log1p", [](const array& a) { return mx::log1p(a); }),
      row("sqrt", [](const array& a) { return mx::sqrt(a); }),
      row("rsqrt", [](const array& a) { return mx::rsqrt(a); }),
      row("square", [](const array& a) { return mx::square(a); }),
      row("sin", [](const array& a) { return mx::sin(a); }),
      row("cos", [](const array& a) { return mx::cos(a); }),
      row("tanh", [](const array& a) { return mx::tanh(a); }),
      row("erf", [](const array& a) { return mx::erf(a); }),
      row("sigmoid", [](const array& a) { return mx::sigmoid(a); }),
      row("sign", [](const array& a) { return mx::sign(a); }),
      row("round", [](const array& a, int decimals) { return mx::round(a, decimals); }),
      row("isfinite", [](const array& a) { return mx::isfinite(a); }),
      row("logicalNot", [](const array& a) { return mx::logical_not(a); }),
      row("stopGradient", [](const array& a) { return mx::stop_gradient(a); }),
      row("astype", [](const array& a, mx::Dtype dtype) { return mx::astype(a, dtype); }),
      row("view", [](const array& a, mx::Dtype dtype) { return mx::view(a, dtype); }),
      row("contiguous", [](const array& a) { return mx::contiguous(a); }),

      row("add", [](const array& a, const array& b) { return mx::add(a, b); }),
      row("subtract", [](const array& a, const array& b) { return mx::subtract(a, b); }),
      row("multiply", [](const array& a, const array& b) { return mx::multiply(a, b); }),
      row("divide", [](const array& a, const array& b) { return mx::divide(a, b); }),
      row("floorDivide", floorDivide),
      row("power", [](const array& a, const array& b) { return mx::power(a, b); }),
      row("maximum", [](const array& a, const array& b) { return mx::maximum(a, b); }),
      row("minimum", [](const array& a, const array& b) { return mx::minimum(a, b); }),
      row("logaddexp", [](const array& a, const array& b) { return mx::logaddexp(a, b); }),
      row("equal", [](const array& a, const array& b) { return mx::equal(a, b); }),
      row("notEqual", [](const array& a, const array& b) { return mx::not_equal(a, b); }),
      row("less", [](const array& a, const array& b) { return mx::less(a, b); }),
      row("lessEqual", [](const array& a, const array& b) { return mx::less_equal(a, b); }),
      row("greater", [](const array& a, const array& b) { return mx::greater(a, b); }),
      row("greaterEqual", [](const array& a, const array& b) { return mx::greater_equal(a, b); }),
      row("logicalAnd", [](const array& a, const array& b) { return mx::logical_and(a, b); }),
      row("logicalOr", [](const array& a, const array& b) { return mx::logical_or(a, b); }),
      row("where", [](const array& c, const array& a, const array& b) { return mx::where(c, a, b); }),
      row("clip",
          [](const array& a, std::optional<double> low, std::optional<double> high) {
            require(low || high, "needs a lower or an upper bound");
            return mx::clip(a, bound(low, a), bound(high, a));
          }),
  };
  return table;
}

}  // namespace ft::ops
