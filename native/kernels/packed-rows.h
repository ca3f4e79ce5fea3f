// Rows of a matrix whose numbers are packed in a few bits each, in MLX's formats, read as float32.
// Not a product: quantized.cc is.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/few-rows.h"
#include "kernels/kernels.h"

namespace ft::kernels {

/** Where a packed matrix lies; the numbers of a row follow each other as a stream of bits, the lowest first. */
struct PackedRows {
  Packing packing;
  size_t columns;
  const uint8_t* numbers;
  /** Of each group: float32 in format affine, else one byte. */
  const void* scales;
  /** Null unless the format is affine. */
  const float* biases;

  /** Writes row `row`, of `columns` numbers. */
  void unpack(size_t row, float* out) const;

  /** Few rows of x times `count` rows from `first` on. */
  void multiply(const FewRows& x, size_t first, size_t count, const Products& out) const;

 private:
  /** How many of `count` rows can be read some bytes beyond their end, as loads of whole vectors do. */
  size_t directRows(size_t count) const;
};

}  // namespace ft::kernels
