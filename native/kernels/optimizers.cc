// AdamW's step (Loshchilov & Hutter 2019) and the sum of squares behind a gradient's norm: each number is read once.
#include "kernels/optimizers.h"

#include <algorithm>
#include <cmath>

#include "core/pool.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED void adamwMove(const AdamwNumbers& numbers, size_t count, const float* gradients, float* __restrict first,
                             float* __restrict second, float* __restrict parameters) {
  const AdamwNumbers n = numbers;
  for (size_t i = 0; i < count; i++) {
    float g = gradients[i];
    first[i] = n.beta1 * first[i] + n.fresh1 * g;
    second[i] = n.beta2 * second[i] + n.fresh2 * (g * g);
    float root = std::sqrt(second[i]) * n.rootScale + n.eps;
    parameters[i] = parameters[i] * n.decay - n.rate * first[i] / root;
  }
}

FT_VECTORISED float sumOfSquares(const float* numbers, size_t count) {
  return sum(count, [&](size_t i) { return numbers[i] * numbers[i]; });
}

namespace {

/** Of (parameter, first and second moment, gradient), outputs as the first three. */
struct AdamwKernel {
  AdamwNumbers numbers;
  static constexpr const char* name = "Adamw";

  static size_t takenBy(size_t output) { return output; }

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    const float* before[] = {inputs[0].data<float>(), inputs[1].data<float>(), inputs[2].data<float>()};
    float* after[] = {outputs[0].data<float>(), outputs[1].data<float>(), outputs[2].data<float>()};
    const float* gradients = inputs[3].data<float>();
    overRows(outputs[0].size(), 1, [&](size_t begin, size_t end) {
      for (int i = 0; i < 3; i++)
        if (after[i] != before[i]) std::copy(before[i] + begin, before[i] + end, after[i] + begin);
      adamwMove(numbers, end - begin, gradients + begin, after[1] + begin, after[2] + begin, after[0] + begin);
    });
  }

  bool operator==(const AdamwKernel&) const = default;
};

/** Sums of parts, whose number depends on the sizes alone, are added up in their order. */
struct Squares {
  static constexpr const char* name = "Squares";
  static constexpr size_t part = 1 << 16;

  void operator()(const Arrays& inputs, array& out) const {
    double total = 0;
    for (const array& input : inputs) total += of(input.data<float>(), input.size());
    *out.data<float>() = static_cast<float>(total);
  }

  static double of(const float* numbers, size_t count) {
    std::vector<float> sums((count + part - 1) / part);
    pool::each(sums.size(), [&](size_t index) {
      sums[index] = sumOfSquares(numbers + index * part, std::min(part, count - index * part));
    });
    double total = 0;
    for (float each : sums) total += each;
    return total;
  }

  bool operator==(const Squares&) const = default;
};

}  // namespace

std::vector<array> adamw(const array& parameter, const array& gradient, const array& first, const array& second,
                         const AdamwNumbers& numbers) {
  Arrays inputs{mx::contiguous(parameter), mx::contiguous(first), mx::contiguous(second), mx::contiguous(gradient)};
  std::vector<mx::Shape> shapes(3, parameter.shape());
  return computedTogether(shapes, inputs, AdamwKernel{numbers});
}

array squares(const std::vector<array>& arrays) { return computed({}, arrays, Squares{}); }

}  // namespace ft::kernels
