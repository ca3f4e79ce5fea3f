// Tiles of a head's logits, some rows by some classes, and what a loss's slopes by them are: for the kernels of heads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/kernels.h"

namespace ft::kernels {

inline constexpr size_t rowsAtOnce = 256, classesAtOnce = 512;

struct HeadSizes {
  size_t rows, width, classes;

  HeadSizes(const array& hidden, const array& weight)
      : rows(hidden.shape(0)), width(hidden.shape(1)), classes(weight.shape(0)) {}

  size_t blocks() const { return (rows + rowsAtOnce - 1) / rowsAtOnce; }
  size_t tiles() const { return (classes + classesAtOnce - 1) / classesAtOnce; }
};

struct Range {
  size_t begin, end;
  size_t count() const { return end - begin; }
};

inline Range rangeAt(size_t index, size_t step, size_t end) { return {index * step, std::min((index + 1) * step, end)}; }

/** logits = rows of hidden times classes of the weight, transposed. */
void logitsOf(const float* hidden, const float* weight, size_t width, Range rows, Range classes, float* logits);

/** In the place of numbers: factor * number, less `evenly`. */
void spreadRow(float* numbers, size_t count, float factor, float evenly);

/** Of a row's target among some classes: takes `share` from its slope; NaN everywhere for a target that is not there. */
void takeTarget(int32_t target, size_t all, Range classes, float share, float* slopes);

}  // namespace ft::kernels
