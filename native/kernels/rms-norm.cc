// x / sqrt(mean(x^2) + eps) * weight (Zhang & Sennrich 2019) in one pass over each row, and its gradients in one each.
// The root is computed again in the backward pass: it costs less than keeping it.
#include <algorithm>
#include <cmath>
#include <vector>

#include "core/pool.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED float inverseRoot(const float* row, size_t width, float eps) {
  float squares = sum(width, [&](size_t i) { return row[i] * row[i]; });
  return 1.0f / std::sqrt(squares / static_cast<float>(width) + eps);
}

FT_VECTORISED void normRow(const float* row, const float* weight, size_t width, float root, float* __restrict out) {
  for (size_t i = 0; i < width; i++) out[i] = row[i] * root * weight[i];
}

FT_VECTORISED void normGradientRow(const float* row, const float* weight, const float* slopes, size_t width, float root,
                                   float* __restrict out) {
  float along = sum(width, [&](size_t i) { return slopes[i] * weight[i] * row[i]; });
  float pull = root * root * root * along / static_cast<float>(width);
  for (size_t i = 0; i < width; i++) out[i] = slopes[i] * weight[i] * root - row[i] * pull;
}

FT_VECTORISED void addWeightSlopes(const float* row, const float* slopes, size_t width, float root, float* __restrict out) {
  for (size_t i = 0; i < width; i++) out[i] += slopes[i] * row[i] * root;
}

namespace {

/** Of (x, weight, cotangent). */
struct NormGradient {
  float eps;
  static constexpr const char* name = "RmsNormGradient";

  void operator()(const Arrays& inputs, array& out) const {
    const float *x = inputs[0].data<float>(), *weight = inputs[1].data<float>(), *slopes = inputs[2].data<float>();
    float* gradient = out.data<float>();
    size_t width = out.shape(-1);
    overRows(out.size() / width, width, [=, this](size_t begin, size_t end) {
      for (size_t at = begin * width; at < end * width; at += width)
        normGradientRow(x + at, weight, slopes + at, width, inverseRoot(x + at, width, eps), gradient + at);
    });
  }

  bool operator==(const NormGradient&) const = default;
};

/** Of (x, cotangent): sums of parts whose number depends on the shape alone. */
struct NormWeightGradient {
  float eps;
  static constexpr const char* name = "RmsNormWeightGradient";

  void operator()(const Arrays& inputs, array& out) const {
    constexpr size_t rowsAtOnce = 128;
    const float *x = inputs[0].data<float>(), *slopes = inputs[1].data<float>();
    size_t width = out.size(), rows = inputs[0].size() / width, count = (rows + rowsAtOnce - 1) / rowsAtOnce;
    std::vector<float> parts(count * width, 0.0f);
    pool::each(count, [&](size_t part) {
      for (size_t row = part * rowsAtOnce; row < std::min(rows, (part + 1) * rowsAtOnce); row++)
        addWeightSlopes(x + row * width, slopes + row * width, width, inverseRoot(x + row * width, width, eps),
                        parts.data() + part * width);
    });
    float* gradient = out.data<float>();
    std::copy_n(parts.begin(), width, gradient);
    for (size_t part = 1; part < count; part++)
      for (size_t i = 0; i < width; i++) gradient[i] += parts[part * width + i];
  }

  bool operator==(const NormWeightGradient&) const = default;
};

struct Norm {
  float eps;
  static constexpr const char* name = "RmsNorm";

  Arrays vjp(const Arrays& primals, const array& cotangent, const std::vector<int>& argnums, const array&) const {
    Arrays gradients;
    for (int argument : argnums) {
      const mx::Shape& shape = primals[argument].shape();
      if (argument == 0) gradients.push_back(computed(shape, {primals[0], primals[1], cotangent}, NormGradient{eps}));
      else gradients.push_back(computed(shape, {primals[0], cotangent}, NormWeightGradient{eps}));
    }
    return gradients;
  }

  void operator()(const Arrays& inputs, array& out) const {
    const float *x = inputs[0].data<float>(), *weight = inputs[1].data<float>();
    float* normed = out.data<float>();
    size_t width = out.shape(-1);
    overRows(out.size() / width, width, [=, this](size_t begin, size_t end) {
      for (size_t at = begin * width; at < end * width; at += width)
        normRow(x + at, weight, width, inverseRoot(x + at, width, eps), normed + at);
    });
  }

  bool operator==(const Norm&) const = default;
};

}  // namespace

array rmsNorm(const array& x, const array& weight, float eps) { return computed(x.shape(), {x, weight}, Norm{eps}); }

}  // namespace ft::kernels
