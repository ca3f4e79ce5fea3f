// The work of few-rows.cc, for weights in any form: sixteen sums for each product, whose terms are sixteen columns apart,
// added up in halves at the end. Blocks of rows and weights share what they load; how large they are changes no sum.
// Weights are rows of which `widen(row, column, to)` gives sixteen numbers and `widenSome` the last few, `from(row)`
// those from a row on; `prefetch` may do nothing. To be used from functions that are FT_VECTORISED.
#pragma once

#include <algorithm>
#include <cstring>

#include "kernels/few-rows.h"

namespace ft::kernels {

constexpr size_t atOnce = 16;

/** The sum of sixteen, in halves: the first eight plus the others, and so on. */
FT_INLINE float total(const Sixteen& sums) {
  using Eight = float __attribute__((vector_size(32)));
  using Four = float __attribute__((vector_size(16)));
  Eight eights[2];
  std::memcpy(eights, &sums, sizeof sums);
  Eight eight = eights[0] + eights[1];
  Four fours[2];
  std::memcpy(fours, &eight, sizeof eight);
  Four four = fours[0] + fours[1];
  return (four[0] + four[2]) + (four[1] + four[3]);
}

/** Adds sixteen columns, or the last of them, to the sums of `rows` rows of x with `count` rows of weights. */
template <size_t rows, size_t count, bool isWhole, class Weights>
FT_INLINE void addColumns(const FewRows& x, const Weights& weights, size_t at, Sixteen sums[][count]) {
  Sixteen own[count], line;
  for (size_t j = 0; j < count; j++) {
    if constexpr (isWhole) weights.widen(j, at, own[j]);
    else weights.widenSome(j, at, x.columns - at, own[j]);
  }
  for (size_t i = 0; i < rows; i++) {
    if constexpr (isWhole) widen(x.data + i * x.columns + at, line);
    else widenSome(x.data + i * x.columns + at, x.columns - at, line);
    for (size_t j = 0; j < count; j++) sums[i][j] += line * own[j];
  }
}

/** `rows` rows of x times `count` rows of weights, all of their columns. */
template <size_t rows, size_t count, class Weights>
FT_INLINE void multiplyBlock(const FewRows& x, const Weights& weights, const Products& out) {
  Sixteen sums[rows][count] = {};
  size_t at = 0;
  for (; at + atOnce <= x.columns; at += atOnce) {
    // The same columns of the next block, which no processor foresees: it sees some streams that all end soon.
    for (size_t j = 0; j < count; j++) weights.prefetch(count + j, at);
    addColumns<rows, count, true>(x, weights, at, sums);
  }
  if (at < x.columns) addColumns<rows, count, false>(x, weights, at, sums);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < count; j++) out.data[i * out.stride + j] = total(sums[i][j]);
}

/** Some rows of x times all of the weights, `block` at a time. */
template <size_t rows, size_t block, class Weights>
FT_INLINE void multiplyRows(const FewRows& x, const Weights& weights, size_t count, const Products& out) {
  size_t at = 0;
  auto to = [&] { return Products{out.data + at, out.stride}; };
  for (; at + block <= count; at += block) multiplyBlock<rows, block>(x, weights.from(at), to());
  for (; at < count; at++) multiplyBlock<rows, 1>(x, weights.from(at), to());
}

/** The last rows, fewer than `tall`; single ones by `lone` rows of weights at a time. */
template <size_t tall, size_t wide, size_t lone, class Weights>
FT_INLINE void multiplyRest(const FewRows& x, const Weights& weights, size_t count, const Products& out) {
  if (x.rows == 0) return;
  if constexpr (tall > 2)
    if (x.rows == 3) return multiplyRows<3, wide>(x, weights, count, out);
  if constexpr (tall > 1)
    if (x.rows == 2) return multiplyRows<2, wide>(x, weights, count, out);
  multiplyRows<1, lone>(x, weights, count, out);
}

/** Weights in blocks that stay in the nearest cache while all rows of x pass over them. */
template <size_t tall, size_t wide, size_t lone, class Weights>
FT_INLINE void multiplyAll(const FewRows& x, const Weights& weights, size_t count, const Products& out) {
  if (x.rows < tall) return multiplyRest<tall, wide, lone>(x, weights, count, out);
  for (size_t first = 0; first < count; first += wide) {
    const Weights own = weights.from(first);
    size_t some = std::min(wide, count - first), row = 0;
    auto from = [&] { return FewRows{x.data + row * x.columns, x.rows - row, x.columns}; };
    auto to = [&] { return Products{out.data + row * out.stride + first, out.stride}; };
    for (; row + tall <= x.rows; row += tall) multiplyRows<tall, wide>(from(), own, some, to());
    multiplyRest<tall, wide, lone>(from(), own, some, to());
  }
}

}  // namespace ft::kernels
