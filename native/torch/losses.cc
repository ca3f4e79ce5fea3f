// Losses of tokens over libtorch; formulas and roundings are those of native/ops.
#include "ops/losses.h"

#include "ops/scalar.h"
#include "tensors.h"

namespace ft::ops {

namespace {

array number(double value) { return scalarOf(value, mx::float32); }

}  // namespace

array tokenLosses(const array& logits, const array& targets) {
  array wide = mx::astype(logits, mx::float32);
  array chosen = mx::squeeze(mx::take_along_axis(wide, mx::expand_dims(targets, {-1}), -1), {-1});
  return mx::subtract(mx::logsumexp(wide, {-1}, false), chosen);
}

array headLosses(const array& hidden, const array& weight, const array& targets, const LossSettings& settings) {
  array logits = mx::astype(mx::matmul(hidden, mx::transpose(weight)), mx::float32);
  array own = tokenLosses(logits, targets);
  if (settings.labelSmoothing == 0 && settings.zLoss == 0) return own;
  array logSum = mx::logsumexp(logits, {-1}, false);
  array wanted = mx::multiply(number(1 - settings.labelSmoothing), mx::subtract(logSum, own));
  array spread = mx::multiply(number(settings.labelSmoothing), mx::mean(logits, {-1}, false));
  array squared = mx::multiply(number(settings.zLoss), mx::square(logSum));
  return mx::add(mx::subtract(mx::subtract(logSum, wanted), spread), squared);
}

array headLossSum(const array& hidden, const array& weight, const array& targets, const array& shares,
                  const LossSettings& settings) {
  array fixed = mx::stop_gradient(shares);
  return mx::sum(mx::multiply(fixed, headLosses(hidden, weight, targets, settings)), {0}, false);
}

}  // namespace ft::ops
