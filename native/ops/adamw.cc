// AdamW's numbers and checks, for both addons.
#include "ops/adamw.h"

#include <cmath>

#include "core/fault.h"

namespace ft::ops {

kernels::AdamwNumbers adamwNumbers(const AdamwSettings& settings) {
  auto remaining = [&](double beta) {
    return 1 - std::pow(static_cast<float>(beta), static_cast<float>(settings.step));
  };
  kernels::AdamwNumbers numbers{};
  numbers.beta1 = static_cast<float>(settings.beta1);
  numbers.beta2 = static_cast<float>(settings.beta2);
  numbers.eps = static_cast<float>(settings.eps);
  float rate = static_cast<float>(settings.learningRate);
  numbers.rate = settings.biasCorrection ? rate / remaining(settings.beta1) : rate;
  numbers.rootScale = settings.biasCorrection ? 1 / std::sqrt(remaining(settings.beta2)) : 1;
  numbers.decay = 1 - rate * static_cast<float>(settings.weightDecay);
  numbers.fresh1 = static_cast<float>(1 - settings.beta1);
  numbers.fresh2 = static_cast<float>(1 - settings.beta2);
  return numbers;
}

void requireStep(const std::vector<array>& parameters, const std::vector<array>& gradients,
                 const std::vector<array>& first, const std::vector<array>& second, const AdamwSettings& settings) {
  size_t count = parameters.size();
  require(gradients.size() == count && first.size() == count && second.size() == count,
          "needs as many gradients and moments as parameters");
  require(settings.step >= 1, "step counts from 1");
}

}  // namespace ft::ops
