// Cross-entropy from logits without the matrix of probabilities; the gradient skips rows that do not count.
#include "kernels/classes.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED void lossRow(const float* logits, size_t classes, int64_t target, float* loss) {
  if (target < 0) {
    *loss = std::numeric_limits<float>::quiet_NaN();
    return;
  }
  float most = largest(logits, classes);
  float total = sum(classes, [&](size_t i) { return exponential(logits[i] - most); });
  *loss = std::log(total) + (most - logits[target]);
}

FT_VECTORISED void lossGradientRow(const float* logits, size_t classes, int64_t target, float scale,
                                   float* __restrict gradient) {
  // A masked position's gradient is zero whatever its logits are.
  if (scale == 0 || target < 0) {
    float all = scale == 0 ? 0 : std::numeric_limits<float>::quiet_NaN();
    for (size_t i = 0; i < classes; i++) gradient[i] = all;
    return;
  }
  float most = largest(logits, classes);
  float total = sum(classes, [&](size_t i) { return gradient[i] = exponential(logits[i] - most); });
  float share = scale / total;
  for (size_t i = 0; i < classes; i++) gradient[i] *= share;
  gradient[target] -= scale;
}

namespace {

struct CrossEntropyGradient {
  static constexpr const char* name = "CrossEntropyGradient";

  void operator()(const Arrays& inputs, array& out) const {
    const float* logits = inputs[0].data<float>();
    const int32_t* targets = inputs[1].data<int32_t>();
    const float* scales = inputs[2].data<float>();
    float* gradient = out.data<float>();
    size_t classes = inputs[0].shape(-1);
    overRows(inputs[1].size(), classes, [=](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++)
        lossGradientRow(logits + row * classes, classes, classOf(targets[row], classes), scales[row],
                        gradient + row * classes);
    });
  }

  bool operator==(const CrossEntropyGradient&) const = default;
};

struct CrossEntropy {
  static constexpr const char* name = "CrossEntropy";

  Arrays vjp(const Arrays& primals, const array& cotangent, const std::vector<int>& argnums, const array&) const {
    Arrays gradients;
    for (int argument : argnums) {
      const array& primal = primals[argument];
      if (argument == 0)
        gradients.push_back(computed(primal.shape(), {primal, primals[1], cotangent}, CrossEntropyGradient{}));
      else
        gradients.push_back(mx::zeros_like(primal));
    }
    return gradients;
  }

  void operator()(const Arrays& inputs, array& out) const {
    const float* logits = inputs[0].data<float>();
    const int32_t* targets = inputs[1].data<int32_t>();
    float* losses = out.data<float>();
    size_t classes = inputs[0].shape(-1);
    overRows(out.size(), classes, [=](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++)
        lossRow(logits + row * classes, classes, classOf(targets[row], classes), losses + row);
    });
  }

  bool operator==(const CrossEntropy&) const = default;
};

}  // namespace

array crossEntropy(const array& logits, const array& targets) {
  return computed(targets.shape(), {logits, targets}, CrossEntropy{});
}

}  // namespace ft::kernels
