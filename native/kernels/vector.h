// Loops that compilers turn into vector instructions, and an exp that they can.
// Sums run in sixteen lanes and products are not contracted, so results do not depend on how wide the vectors are.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

// Compiled several times, the fastest that the processor knows being chosen when the addon is loaded.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__)
#define FT_VECTORISED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define FT_VECTORISED
#endif
#define FT_INLINE inline __attribute__((always_inline))

namespace ft::kernels {

/**
 * exp(x) within 1 unit in the last place, 0 below -87.3, NaN for NaN; at most exp(88).
 * x = n ln 2 + r, and a polynomial for exp(r) with the coefficients of Cephes' expf (Moshier).
 */
FT_INLINE float exponential(float x) {
  constexpr float lowest = -87.3f, highest = 88.0f;
  // Adding and subtracting 1.5 * 2^23 rounds to a whole number.
  constexpr float rounding = 12582912.0f;
  float bounded = x > highest ? highest : x;
  bounded = bounded < lowest ? lowest : bounded;
  float n = (bounded * 1.44269504f + rounding) - rounding;
  float r = (bounded - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  float power = std::bit_cast<float>((static_cast<int32_t>(n) + 127) << 23);
  return x < lowest ? 0.0f : p * power;
}

/** 0 below -88, where `exponential` ends: times a very negative x, what it would leave is not small. */
FT_INLINE float sigmoid(float x) { return x < -88.0f ? 0.0f : 1.0f / (1.0f + exponential(-x)); }

/** tanh(x) within 4 units in the last place: a series near 0, where the quotient would lose its digits. */
FT_INLINE float hyperbolicTangent(float x) {
  float square = x * x;
  float p = 62.0f / 2835;
  p = p * square - 17.0f / 315;
  p = p * square + 2.0f / 15;
  p = p * square - 1.0f / 3;
  float series = x + x * (square * p);
  float quotient = 1.0f - 2.0f / (exponential(2 * x) + 1.0f);
  return square < 0.0625f ? series : quotient;
}

constexpr size_t lanes = 16;

/** The largest of `count` numbers. */
FT_INLINE float largest(const float* x, size_t count) {
  float most[lanes];
  for (float& lane : most) lane = -std::numeric_limits<float>::infinity();
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (size_t j = 0; j < lanes; j++) most[j] = x[i + j] > most[j] ? x[i + j] : most[j];
  for (; i < count; i++) most[0] = x[i] > most[0] ? x[i] : most[0];
  for (float lane : most) most[0] = lane > most[0] ? lane : most[0];
  return most[0];
}

/** The sum of term(i) for i below `count`. */
template <class Term>
FT_INLINE float sum(size_t count, const Term& term) {
  float sums[lanes] = {};
  size_t i = 0;
  for (; i + lanes <= count; i += lanes)
    for (size_t j = 0; j < lanes; j++) sums[j] += term(i + j);
  for (; i < count; i++) sums[0] += term(i);
  float total = 0;
  for (float lane : sums) total += lane;
  return total;
}

}  // namespace ft::kernels
