// Steps of optimizers whose state rests in fewer bits. The plain AdamW is in composites.cc; what rests how, and for which
// parameters, is TypeScript's.
#include <cmath>

#include "kernels/kernels.h"
#include "mlx/ops.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;
using kernels::MomentStep;
using kernels::PackedMoment;

constexpr int groupSize = 64, bits = 8;

MomentStep stepOf(const AdamwSettings& s) {
  auto remaining = [&](double beta) { return s.biasCorrection ? 1 - std::pow(beta, static_cast<double>(s.step)) : 1; };
  double rate = s.learningRate / remaining(s.beta1), rootFactor = 1 / std::sqrt(remaining(s.beta2));
  double kept = 1 - s.learningRate * s.weightDecay;
  return {static_cast<float>(s.beta1),     static_cast<float>(s.beta2), static_cast<float>(rate),
          static_cast<float>(rootFactor), static_cast<float>(s.eps),   static_cast<float>(kept)};
}

array number(float value) { return array(value); }

array unpacked(const PackedMoment& moment, const mx::Shape& shape) {
  array flat = mx::dequantize(moment.packed, moment.scales, moment.biases, groupSize, bits, "affine", std::nullopt,
                              mx::float32);
  return mx::reshape(flat, shape);
}

Arrays packed(const array& root) { return mx::quantize(mx::reshape(root, {-1, groupSize}), groupSize, bits, "affine"); }

array blend(const array& before, float beta, const array& added) {
  return mx::add(mx::multiply(before, number(beta)), mx::multiply(added, number(1 - beta)));
}

/** Composed of MLX's ops: many arrays of the parameter's size. */
Arrays composed(const array& parameter, const array& gradient, const PackedMoment& first, const PackedMoment& second,
                const MomentStep& step) {
  array wide = mx::astype(gradient, mx::float32);
  array root = unpacked(first, parameter.shape()), fourth = mx::square(unpacked(second, parameter.shape()));
  array m = blend(mx::multiply(root, mx::abs(root)), step.beta1, wide);
  array v = blend(mx::square(fourth), step.beta2, mx::square(wide));
  array size = mx::add(mx::multiply(mx::sqrt(v), number(step.rootFactor)), number(step.eps));
  array change = mx::multiply(mx::divide(m, size), number(step.rate));
  Arrays results{mx::subtract(mx::multiply(parameter, number(step.kept)), change)};
  for (array& part : packed(mx::multiply(mx::sign(m), mx::sqrt(mx::abs(m))))) results.push_back(part);
  for (array& part : packed(mx::sqrt(mx::sqrt(v)))) results.push_back(part);
  return results;
}

/** `state`: packed, scales and biases of the first moment's root, and of the second's fourth root. */
Arrays adamw8bit(const array& parameter, const array& gradient, const Arrays& state, const AdamwSettings& settings) {
  require(state.size() == 6, "needs packed, scales and biases of two moments");
  require(settings.step >= 1, "step counts from 1");
  require(gradient.shape() == parameter.shape(), "needs a gradient like the parameter, got " + describe(gradient));
  int groups = static_cast<int>(parameter.size() / groupSize);
  require(parameter.size() % groupSize == 0, "needs whole groups of 64 numbers, got " + describe(parameter));
  for (size_t i = 0; i < state.size(); i++) {
    bool fits = i % 3 == 0 ? state[i].dtype() == mx::uint32 && state[i].shape() == mx::Shape{groups, groupSize / 4}
                           : state[i].dtype() == mx::float32 && state[i].shape() == mx::Shape{groups, 1};
    require(fits, "needs moments in groups of 64 numbers, got " + describe(state[i]));
  }
  PackedMoment first{state[0], state[1], state[2]}, second{state[3], state[4], state[5]};
  auto step = kernels::suitsPackedMoments(parameter, gradient, first) ? kernels::packedMomentStep : composed;
  return step(parameter, gradient, first, second, stepOf(settings));
}

}  // namespace

const OpTable& moments() {
  static const OpTable table = {row("adamw8bit", adamw8bit)};
  return table;
}

}  // namespace ft::ops
