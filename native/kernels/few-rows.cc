// Of what one pass over weights is made, few-rows-blocks.h tells.
#include "kernels/few-rows.h"

#include "kernels/few-rows-blocks.h"

namespace ft::kernels {

namespace {

/** Numbers that lie as they are, or in halves. */
template <class Number>
struct PlainRows {
  WeightRows<Number> rows;

  FT_INLINE const Number* at(size_t row, size_t column) const { return rows.data + row * rows.stride + column; }
  FT_INLINE void widen(size_t row, size_t column, Sixteen& to) const { kernels::widen(at(row, column), to); }
  FT_INLINE void widenSome(size_t row, size_t column, size_t count, Sixteen& to) const {
    kernels::widenSome(at(row, column), count, to);
  }
  FT_INLINE void prefetch(size_t row, size_t column) const { __builtin_prefetch(at(row, column)); }
  FT_INLINE PlainRows from(size_t row) const { return {{at(row, 0), rows.stride}}; }
};

}  // namespace

bool hasManyRegisters() {
#ifdef __x86_64__
  static const bool found = __builtin_cpu_supports("avx512f");
  return found;
#else
  return false;
#endif
}

#define FT_FEW_ROWS(Number)                                                                                     \
  FT_VECTORISED void inLargeBlocks(const FewRows& x, const WeightRows<Number>& weights, size_t count,           \
                                   const Products& out) {                                                       \
    multiplyAll<4, 4, 8>(x, PlainRows<Number>{weights}, count, out);                                            \
  }                                                                                                             \
  FT_VECTORISED void inSmallBlocks(const FewRows& x, const WeightRows<Number>& weights, size_t count,           \
                                   const Products& out) {                                                       \
    multiplyAll<2, 2, 4>(x, PlainRows<Number>{weights}, count, out);                                            \
  }                                                                                                             \
  void multiplyFew(const FewRows& x, const WeightRows<Number>& weights, size_t count, const Products& out) {    \
    return hasManyRegisters() ? inLargeBlocks(x, weights, count, out) : inSmallBlocks(x, weights, count, out);  \
  }

FT_FEW_ROWS(float)
FT_FEW_ROWS(Bfloat16)
FT_FEW_ROWS(Float16)

}  // namespace ft::kernels
