// Sixteen sums for each product, whose terms are sixteen columns apart, added up in halves at the end. Blocks of rows and
// weights share what they load; how large they are changes no sum.
#include "kernels/few-rows.h"

#include <algorithm>
#include <cstring>

namespace ft::kernels {

namespace {

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

/** The last columns, fewer than sixteen, with noughts behind them. */
template <class Number>
FT_INLINE void widenSome(const Number* from, size_t count, Sixteen& to) {
  Number some[atOnce] = {};
  std::memcpy(some, from, count * sizeof(Number));
  widen(some, to);
}

/** Adds sixteen columns, or the last of them, to the sums of `rows` rows of x with `count` rows of weights. */
template <size_t rows, size_t count, bool isWhole, class Number>
FT_INLINE void addColumns(const FewRows& x, const WeightRows<Number>& weights, size_t at, Sixteen sums[][count]) {
  Sixteen own[count], line;
  for (size_t j = 0; j < count; j++) {
    if constexpr (isWhole) widen(weights.data + j * weights.stride + at, own[j]);
    else widenSome(weights.data + j * weights.stride + at, x.columns - at, own[j]);
  }
  for (size_t i = 0; i < rows; i++) {
    if constexpr (isWhole) widen(x.data + i * x.columns + at, line);
    else widenSome(x.data + i * x.columns + at, x.columns - at, line);
    for (size_t j = 0; j < count; j++) sums[i][j] += line * own[j];
  }
}

/** `rows` rows of x times `count` rows of weights, all of their columns. */
template <size_t rows, size_t count, class Number>
FT_INLINE void multiplyBlock(const FewRows& x, const WeightRows<Number>& weights, const Products& out) {
  Sixteen sums[rows][count] = {};
  size_t at = 0;
  for (; at + atOnce <= x.columns; at += atOnce) {
    // The same columns of the next block, which no processor foresees: it sees some streams that all end soon.
    for (size_t j = 0; j < count; j++) __builtin_prefetch(weights.data + (count + j) * weights.stride + at);
    addColumns<rows, count, true>(x, weights, at, sums);
  }
  if (at < x.columns) addColumns<rows, count, false>(x, weights, at, sums);
  for (size_t i = 0; i < rows; i++)
    for (size_t j = 0; j < count; j++) out.data[i * out.stride + j] = total(sums[i][j]);
}

/** Some rows of x times all of the weights, `block` at a time. */
template <size_t rows, size_t block, class Number>
FT_INLINE void multiplyRows(const FewRows& x, const WeightRows<Number>& weights, size_t count, const Products& out) {
  size_t at = 0;
  auto from = [&] { return WeightRows<Number>{weights.data + at * weights.stride, weights.stride}; };
  auto to = [&] { return Products{out.data + at, out.stride}; };
  for (; at + block <= count; at += block) multiplyBlock<rows, block>(x, from(), to());
  for (; at < count; at++) multiplyBlock<rows, 1>(x, from(), to());
}

/** The last rows, fewer than `tall`; single ones by `lone` rows of weights at a time. */
template <size_t tall, size_t wide, size_t lone, class Number>
FT_INLINE void multiplyRest(const FewRows& x, const WeightRows<Number>& weights, size_t count, const Products& out) {
  if (x.rows == 0) return;
  if constexpr (tall > 2)
    if (x.rows == 3) return multiplyRows<3, wide>(x, weights, count, out);
  if constexpr (tall > 1)
    if (x.rows == 2) return multiplyRows<2, wide>(x, weights, count, out);
  multiplyRows<1, lone>(x, weights, count, out);
}

/** Weights in blocks that stay in the nearest cache while all rows of x pass over them. */
template <size_t tall, size_t wide, size_t lone, class Number>
FT_INLINE void multiplyAll(const FewRows& x, const WeightRows<Number>& weights, size_t count, const Products& out) {
  if (x.rows < tall) return multiplyRest<tall, wide, lone>(x, weights, count, out);
  for (size_t first = 0; first < count; first += wide) {
    const WeightRows<Number> own{weights.data + first * weights.stride, weights.stride};
    size_t some = std::min(wide, count - first), row = 0;
    auto from = [&] { return FewRows{x.data + row * x.columns, x.rows - row, x.columns}; };
    auto to = [&] { return Products{out.data + row * out.stride + first, out.stride}; };
    for (; row + tall <= x.rows; row += tall) multiplyRows<tall, wide>(from(), own, some, to());
    multiplyRest<tall, wide, lone>(from(), own, some, to());
  }
}

/** Whether there are registers for sixteen sums of sixteen. */
bool hasManyRegisters() {
#ifdef __x86_64__
  static const bool found = __builtin_cpu_supports("avx512f");
  return found;
#else
  return false;
#endif
}

}  // namespace

#define FT_FEW_ROWS(Number)                                                                                     \
  FT_VECTORISED void inLargeBlocks(const FewRows& x, const WeightRows<Number>& weights, size_t count,           \
                                   const Products& out) {                                                       \
    multiplyAll<4, 4, 8>(x, weights, count, out);                                                               \
  }                                                                                                             \
  FT_VECTORISED void inSmallBlocks(const FewRows& x, const WeightRows<Number>& weights, size_t count,           \
                                   const Products& out) {                                                       \
    multiplyAll<2, 2, 4>(x, weights, count, out);                                                               \
  }                                                                                                             \
  void multiplyFew(const FewRows& x, const WeightRows<Number>& weights, size_t count, const Products& out) {    \
    return hasManyRegisters() ? inLargeBlocks(x, weights, count, out) : inSmallBlocks(x, weights, count, out);  \
  }

FT_FEW_ROWS(float)
FT_FEW_ROWS(Bfloat16)
FT_FEW_ROWS(Float16)

}  // namespace ft::kernels
