// Losses of tokens and steps of optimizers over libtorch; formulas and roundings are those of native/ops.
#include <cmath>
#include <limits>

#include "ops/indices.h"
#include "ops/scalar.h"
#include "tables.h"
#include "tensors.h"

namespace ft::torch {

namespace {

using Arrays = std::vector<array>;

array number(double value) { return scalarOf(value, mx::float32); }

array crossEntropy(const array& logits, const array& targets) {
  mx::Shape rows = logits.shape();
  bool isOneMore = logits.ndim() == targets.ndim() + 1;
  if (isOneMore) rows.pop_back();
  require(isOneMore && rows == targets.shape(), "needs logits with the targets' dimensions and one more, got " +
                                                    describe(logits) + " and " + describe(targets));
  require(mx::issubdtype(targets.dtype(), mx::integer), "needs integer targets");
  requireIndices(targets, logits.shape(-1));
  array wide = mx::astype(logits, mx::float32);
  array chosen = mx::squeeze(mx::take_along_axis(wide, mx::expand_dims(targets, {-1}), -1), {-1});
  return mx::subtract(mx::logsumexp(wide, {-1}, false), chosen);
}

array linearCrossEntropy(const array& hidden, const array& weight, const array& targets, const LossSettings& settings) {
  bool fits = hidden.ndim() == 2 && weight.ndim() == 2 && targets.ndim() == 1 && hidden.shape(1) == weight.shape(1) &&
              hidden.shape(0) == targets.shape(0);
  require(fits, "needs hidden (rows, width), a weight (classes, width) and targets (rows), got " + describe(hidden) +
                    ", " + describe(weight) + " and " + describe(targets));
  array logits = mx::astype(mx::matmul(hidden, mx::transpose(weight)), mx::float32);
  array own = crossEntropy(logits, targets);
  if (settings.labelSmoothing == 0 && settings.zLoss == 0) return own;
  array logSum = mx::logsumexp(logits, {-1}, false);
  array wanted = mx::multiply(number(1 - settings.labelSmoothing), mx::subtract(logSum, own));
  array spread = mx::multiply(number(settings.labelSmoothing), mx::mean(logits, {-1}, false));
  array squared = mx::multiply(number(settings.zLoss), mx::square(logSum));
  return mx::add(mx::subtract(mx::subtract(logSum, wanted), spread), squared);
}

array linearCrossEntropySum(const array& hidden, const array& weight, const array& targets, const array& shares,
                            const LossSettings& settings) {
  require(shares.shape() == targets.shape(), "needs as many shares as targets, got " + describe(shares));
  array fixed = mx::stop_gradient(shares);
  return mx::sum(mx::multiply(fixed, linearCrossEntropy(hidden, weight, targets, settings)), {0}, false);
}

/** The numbers of a step, rounded as native/ops rounds them. */
struct AdamwNumbers {
  float beta1, beta2, fresh1, fresh2, eps, rate, rootScale, decay;

  explicit AdamwNumbers(const AdamwSettings& s) {
    auto remaining = [&](double beta) { return 1 - std::pow(static_cast<float>(beta), static_cast<float>(s.step)); };
    float plain = static_cast<float>(s.learningRate);
    beta1 = static_cast<float>(s.beta1), beta2 = static_cast<float>(s.beta2), eps = static_cast<float>(s.eps);
    fresh1 = static_cast<float>(1 - s.beta1), fresh2 = static_cast<float>(1 - s.beta2);
    rate = s.biasCorrection ? plain / remaining(s.beta1) : plain;
    rootScale = s.biasCorrection ? 1 / std::sqrt(remaining(s.beta2)) : 1;
    decay = 1 - plain * static_cast<float>(s.weightDecay);
  }
};

Arrays adamw(const Arrays& parameters, const Arrays& slopes, const Arrays& first, const Arrays& second,
             const AdamwSettings& settings) {
  size_t count = parameters.size();
  require(slopes.size() == count && first.size() == count && second.size() == count,
          "needs as many gradients and moments as parameters");
  require(settings.step >= 1, "step counts from 1");
  AdamwNumbers n(settings);
  Arrays results(parameters), m, v;
  for (size_t i = 0; i < count; i++) {
    const at::Tensor& g = slopes[i].tensor();
    at::Tensor one = first[i].tensor() * n.beta1 + g * n.fresh1, two = second[i].tensor() * n.beta2 + g * g * n.fresh2;
    at::Tensor moved = parameters[i].tensor() * n.decay - one * n.rate / (at::sqrt(two) * n.rootScale + n.eps);
    results[i] = made(moved, parameters[i].dtype());
    m.push_back(made(one, first[i].dtype()));
    v.push_back(made(two, second[i].dtype()));
  }
  results.insert(results.end(), m.begin(), m.end());
  results.insert(results.end(), v.begin(), v.end());
  return results;
}

Arrays clipNorm(const Arrays& slopes, double maximum) {
  array total = number(0);
  for (const array& slope : slopes) {
    at::Tensor wide = as(slope, mx::float32);
    total = mx::add(total, {at::sum(wide * wide), mx::float32});
  }
  array norm = mx::sqrt(total);
  array factor = mx::minimum(mx::divide(number(maximum), mx::add(norm, number(1e-6))), number(1));
  Arrays results{norm};
  for (const array& slope : slopes) results.push_back(mx::multiply(slope, mx::astype(factor, slope.dtype())));
  return results;
}

}  // namespace

const OpTable& losses() {
  static const OpTable table = {
      row("crossEntropy", crossEntropy),
      row("linearCrossEntropy", linearCrossEntropy),
      row("linearCrossEntropySum", linearCrossEntropySum),
  };
  return table;
}

const OpTable& optimizers() {
  static const OpTable table = {
      row("adamw", adamw),
      row("clipNorm", clipNorm),
  };
  return table;
}

}  // namespace ft::torch
