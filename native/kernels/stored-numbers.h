// Numbers of weights as checkpoints store them, and how sixteen of them become float32, exactly.
// Of those packed in fewer bits packed-rows.h knows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/vector.h"

namespace ft::kernels {

struct Bfloat16 {
  uint16_t bits;
};

struct Float16 {
  uint16_t bits;
};

/** Sixteen numbers, wherever they lie. */
using Sixteen = float __attribute__((vector_size(64), aligned(4), may_alias));

using SixteenWords = uint32_t __attribute__((vector_size(64)));
using SixteenHalves = uint16_t __attribute__((vector_size(32), aligned(2), may_alias));

/** The sixteen numbers from there on. */
FT_INLINE void widen(const float* from, Sixteen& to) { to = *reinterpret_cast<const Sixteen*>(from); }

/** A bfloat16 is the upper half of a float32. */
FT_INLINE void widen(const Bfloat16* from, Sixteen& to) {
  SixteenWords words = __builtin_convertvector(*reinterpret_cast<const SixteenHalves*>(from), SixteenWords) << 16;
  std::memcpy(&to, &words, sizeof to);
}

/**
 * Shifted to where a float32 has them, exponent and fraction say 2^-112 of what is meant, also where the number is
 * subnormal; an exponent of all ones stays one.
 */
FT_INLINE void widen(const Float16* from, Sixteen& to) {
  SixteenWords words = __builtin_convertvector(*reinterpret_cast<const SixteenHalves*>(from), SixteenWords);
  SixteenWords size = (words & 0x7fffu) << 13, sign = (words & 0x8000u) << 16;
  Sixteen value;
  std::memcpy(&value, &size, sizeof value);
  value *= 0x1p112f;
  SixteenWords bits;
  std::memcpy(&bits, &value, sizeof bits);
  SixteenWords isEndless = reinterpret_cast<SixteenWords>((words & 0x7c00u) == 0x7c00u);
  bits |= sign | (isEndless & 0x7f800000u);
  std::memcpy(&to, &bits, sizeof to);
}

/** The last numbers, fewer than sixteen, with noughts behind them. */
template <class Number>
FT_INLINE void widenSome(const Number* from, size_t count, Sixteen& to) {
  Number some[16] = {};
  std::memcpy(some, from, count * sizeof(Number));
  widen(some, to);
}

}  // namespace ft::kernels
