// Few rows times rows of weights, as decoding needs: the weights are read once, as fast as memory gives them.
// A product's terms are always added in the same order, so that it is the same bits among however many rows.
#pragma once

#include <cstddef>

#include "kernels/stored-numbers.h"

namespace ft::kernels {

/** Up to so many rows this beats a BLAS, which packs both sides first. */
constexpr size_t mostFewRows = 32;

/** Up to so many rows, weights that are not float32 are widened again for each few of them, not kept meanwhile. */
constexpr size_t widenedInPassing = 4;

/** Whether the processor has registers for sixteen sums of sixteen. */
bool hasManyRegisters();

/** `rows` rows, and as many columns as the weights have. */
struct FewRows {
  const float* data;
  size_t rows, columns;
};

/** Where the product of row i with the weights' row j goes: data[i stride + j]. */
struct Products {
  float* data;
  size_t stride;
};

/** Rows of weights, `stride` numbers apart. */
template <class Number>
struct WeightRows {
  const Number* data;
  size_t stride;
};

/** x times `count` rows of weights. */
void multiplyFew(const FewRows& x, const WeightRows<float>& weights, size_t count, const Products& out);
void multiplyFew(const FewRows& x, const WeightRows<Bfloat16>& weights, size_t count, const Products& out);
void multiplyFew(const FewRows& x, const WeightRows<Float16>& weights, size_t count, const Products& out);

}  // namespace ft::kernels
