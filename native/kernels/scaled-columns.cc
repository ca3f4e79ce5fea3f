// Columns scaled each by a number of its own, with what is added behind, in one pass; and both gradients in one.
#include <algorithm>

#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED void scaledAddRow(const float* x, const float* gains, const float* added, size_t count,
                                float* __restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = x[i] * gains[i] + added[i];
}

FT_VECTORISED void scaleGradientRow(const float* slopes, const float* gains, const float* y, size_t count,
                                    float* __restrict out, float* __restrict sums) {
  for (size_t i = 0; i < count; i++) {
    out[i] = slopes[i] * gains[i];
    sums[i] += slopes[i] * y[i];
  }
}

namespace {

struct ScaledAdd {
  static constexpr const char* name = "ScaledAdd";

  void operator()(const Arrays& inputs, array& out) const {
    const float *x = inputs[0].data<float>(), *gains = inputs[1].data<float>(), *added = inputs[2].data<float>();
    float* result = out.data<float>();
    size_t columns = out.shape(1);
    overRows(out.shape(0), columns, [=](size_t begin, size_t end) {
      for (size_t at = begin * columns; at < end * columns; at += columns)
        scaledAddRow(x + at, gains, added + at, columns, result + at);
    });
  }

  bool operator==(const ScaledAdd&) const = default;
};

/** Threads take columns, not rows: each sum is of one thread, in the order of rows. */
struct ScaleGradients {
  static constexpr const char* name = "ScaleGradients";
  /** Of columns that a thread takes together: a piece of a row that is worth a loop. */
  static constexpr size_t piece = 64;

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    const float *slopes = inputs[0].data<float>(), *gains = inputs[1].data<float>(), *y = inputs[2].data<float>();
    float *scaled = outputs[0].data<float>(), *sums = outputs[1].data<float>();
    size_t rows = inputs[0].shape(0), columns = inputs[0].shape(1);
    overRows((columns + piece - 1) / piece, rows * piece, [=](size_t begin, size_t end) {
      size_t first = begin * piece, count = std::min(end * piece, columns) - first;
      std::fill_n(sums + first, count, 0.0f);
      for (size_t at = first; at < rows * columns; at += columns)
        scaleGradientRow(slopes + at, gains + first, y + at, count, scaled + at, sums + first);
    });
  }

  bool operator==(const ScaleGradients&) const = default;
};

}  // namespace

array scaledAdd(const array& x, const array& gains, const array& added) {
  return computed(x.shape(), {x, gains, added}, ScaledAdd{});
}

std::pair<array, array> scaleGradients(const array& slopes, const array& gains, const array& y) {
  Arrays inputs{mx::contiguous(slopes), mx::contiguous(gains), mx::contiguous(y)};
  Arrays both = computedTogether({slopes.shape(), gains.shape()}, inputs, ScaleGradients{});
  return {both[0], both[1]};
}

}  // namespace ft::kernels
