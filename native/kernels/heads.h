// Arrays (batch, heads, length, size) as they lie in memory: layers make them (batch, length, heads, size), and so do the
// kernels, so that nothing needs to be transposed.
#pragma once

#include <cstddef>
#include <vector>

#include "core/blas.h"
#include "kernels/primitive.h"

namespace ft::kernels {

/** One of (batch, heads, length, size) whose rows are contiguous. */
template <class Number>
struct Heads {
  Number* data;
  size_t heads, length, size;
  size_t batchStride, headStride, rowStride;

  Number* at(size_t batch, size_t head, size_t row) const {
    return data + batch * batchStride + head * headStride + row * rowStride;
  }
  blas::Factor from(size_t batch, size_t head, size_t row) const { return {at(batch, head, row), rowStride}; }
  blas::Factor transposed(size_t batch, size_t head, size_t row) const { return {at(batch, head, row), rowStride, true}; }
  blas::Result to(size_t batch, size_t head, size_t row) const { return {at(batch, head, row), rowStride}; }
};

/** (batch, length, heads, size) that was just made. */
inline Heads<float> made(array& a) {
  size_t length = a.shape(1), heads = a.shape(2), size = a.shape(3);
  return {a.data<float>(), heads, length, size, length * heads * size, size, heads * size};
}

/** An input (batch, heads, length, size) as it lies, or a copy of it where its rows are not contiguous. */
class Read {
 public:
  explicit Read(const array& a) {
    size_t heads = a.shape(1), length = a.shape(2), size = a.shape(3);
    const auto& strides = a.strides();
    bool isUsable = (size == 1 || strides[3] == 1) && (length == 1 || strides[2] >= static_cast<int64_t>(size));
    if (!isUsable) copy(a);
    auto stride = [&](size_t axis, size_t packed) { return isUsable ? static_cast<size_t>(strides[axis]) : packed; };
    // A single row's stride says nothing, and BLAS looks at it.
    size_t row = length == 1 ? size : stride(2, size);
    view = {isUsable ? a.data<float>() : copied.data(), heads, length, size,
            stride(0, heads * length * size), stride(1, length * size), row};
  }

  const Heads<const float>* operator->() const { return &view; }

 private:
  void copy(const array& a) {
    const auto& strides = a.strides();
    const float* data = a.data<float>();
    copied.reserve(a.size());
    for (int b = 0; b < a.shape(0); b++)
      for (int h = 0; h < a.shape(1); h++)
        for (int row = 0; row < a.shape(2); row++)
          for (int i = 0; i < a.shape(3); i++)
            copied.push_back(data[b * strides[0] + h * strides[1] + row * strides[2] + i * strides[3]]);
  }

  std::vector<float> copied;
  Heads<const float> view;
};

/** The shape to make for what is then seen as (batch, heads, length, size). */
inline mx::Shape rowsFirst(const array& a, int size) { return {a.shape(0), a.shape(2), a.shape(1), size}; }

inline array headsFirst(const array& a) { return mx::transpose(a, {0, 2, 1, 3}); }

}  // namespace ft::kernels
