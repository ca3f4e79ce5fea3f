// Steps of optimizers over libtorch; formulas and roundings are those of native/ops.
#include "ops/adamw.h"
#include "ops/scalar.h"
#include "tables.h"
#include "tensors.h"

namespace ft::torch {

namespace {

using Arrays = std::vector<array>;

array number(double value) { return scalarOf(value, mx::float32); }

Arrays adamw(const Arrays& parameters, const Arrays& slopes, const Arrays& first, const Arrays& second,
             const AdamwSettings& settings) {
  ops::requireStep(parameters, slopes, first, second, settings);
  size_t count = parameters.size();
  kernels::AdamwNumbers n = ops::adamwNumbers(settings);
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

const OpTable& optimizers() {
  static const OpTable table = {
      row("adamw", adamw),
      row("clipNorm", clipNorm),
  };
  return table;
}

}  // namespace ft::torch
