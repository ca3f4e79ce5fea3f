// Eight numbers at a time: their bits are shifted out of one or two words. Formats: MLX's quantize, and for the small
// floats the Open Compute Project's Microscaling Formats 1.0.
#include "kernels/packed-rows.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "kernels/few-rows-blocks.h"
#include "kernels/vector.h"
#include "kernels/weight-products.h"

namespace ft::kernels {

/** Rows in format affine, unpacked while they are multiplied; groups are of 2^`groupShift` numbers. */
template <int bits>
struct AffineRows {
  const uint8_t* numbers;
  const float *scales, *biases;
  size_t rowBytes, groups;
  int groupShift;

  void widen(size_t row, size_t column, Sixteen& to) const;
  /** Columns are whole groups. */
  void widenSome(size_t, size_t, size_t, Sixteen&) const {}
  FT_INLINE void prefetch(size_t row, size_t column) const {
    __builtin_prefetch(numbers + row * rowBytes + column * bits / 8);
  }
  AffineRows from(size_t row) const {
    return {numbers + row * rowBytes, scales + row * groups, biases + row * groups, rowBytes, groups, groupShift};
  }
};

namespace {

constexpr size_t width = 8;
using Words = uint32_t __attribute__((vector_size(4 * width)));
using Integers = int32_t __attribute__((vector_size(4 * width)));
using Floats = float __attribute__((vector_size(4 * width)));

FT_INLINE void store(float* out, Floats values) { std::memcpy(out, &values, sizeof values); }

template <class Word>
FT_INLINE uint64_t loaded(const uint8_t* bytes) {
  Word word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/** `count` bytes as one number, of at most two loads that do not wait for each other. */
template <int count>
FT_INLINE uint64_t bytesAt(const uint8_t* bytes) {
  if constexpr (count == 2) return loaded<uint16_t>(bytes);
  if constexpr (count == 3) return loaded<uint16_t>(bytes) | uint64_t{bytes[2]} << 16;
  if constexpr (count == 4) return loaded<uint32_t>(bytes);
  if constexpr (count == 5) return loaded<uint32_t>(bytes) | uint64_t{bytes[4]} << 32;
  if constexpr (count == 6) return loaded<uint32_t>(bytes) | loaded<uint16_t>(bytes + 4) << 32;
  if constexpr (count == 8) return loaded<uint64_t>(bytes);
}

/** The eight numbers of `bits` bits that begin at `bytes`. */
template <int bits>
FT_INLINE Integers eight(const uint8_t* bytes) {
  uint64_t all = bytesAt<bits>(bytes);
  constexpr uint32_t mask = (1u << bits) - 1;
  constexpr uint32_t b = bits;
  if constexpr (bits <= 4) {
    Words word = Words{} + static_cast<uint32_t>(all);
    return reinterpret_cast<Integers>((word >> Words{0, b, 2 * b, 3 * b, 4 * b, 5 * b, 6 * b, 7 * b}) & mask);
  } else {
    uint32_t low = static_cast<uint32_t>(all & ((uint64_t{1} << 4 * bits) - 1));
    uint32_t high = static_cast<uint32_t>(all >> 4 * bits);
    Words words{low, low, low, low, high, high, high, high};
    return reinterpret_cast<Integers>((words >> Words{0, b, 2 * b, 3 * b, 0, b, 2 * b, 3 * b}) & mask);
  }
}

template <int bits>
FT_INLINE void affineGroup(const uint8_t* numbers, size_t count, float scale, float bias, float* __restrict out) {
  for (size_t i = 0; i < count; i += width, numbers += bits)
    store(out + i, __builtin_convertvector(eight<bits>(numbers), Floats) * scale + bias);
}

template <int bits>
FT_INLINE void affineGroups(const uint8_t* numbers, const float* scales, const float* biases, size_t groups,
                            size_t groupSize, float* __restrict out) {
  for (size_t group = 0; group < groups; group++, numbers += groupSize * bits / 8, out += groupSize)
    affineGroup<bits>(numbers, groupSize, scales[group], biases[group], out);
}

/** Twice what 4 bits of sign, exponent (2) and mantissa (1) mean: 0, 1, 2, 3, 4, 6, 8, 12 and their negatives. */
FT_INLINE Integers twiceFloat4(Integers code) {
  Integers exponent = (code >> 1) & 3, mantissa = code & 1;
  Integers isNormal = -(exponent != 0);
  Integers size = ((isNormal << 1) | mantissa) << (exponent - isNormal);
  return (code & 8) != 0 ? -size : size;
}

FT_INLINE void float4Group(const uint8_t* numbers, size_t count, float scale, float* __restrict out) {
  for (size_t i = 0; i < count; i += width, numbers += 4)
    store(out + i, __builtin_convertvector(twiceFloat4(eight<4>(numbers)), Floats) * (0.5f * scale));
}

using SixteenIntegers = int32_t __attribute__((vector_size(64)));

/** What `sixteen` reads, whatever the bits: one load, of which it takes the first words. */
constexpr size_t bytesRead = 64;

/** The sixteen numbers of `bits` bits, 4 or 8, that begin at `bytes`. */
template <int bits>
FT_INLINE void sixteen(const uint8_t* bytes, SixteenIntegers& to) {
  SixteenWords words, shifts;
  std::memcpy(&words, bytes, sizeof words);
  if constexpr (bits == 8) {
    words = __builtin_shufflevector(words, words, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    shifts = SixteenWords{0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24};
  } else {
    words = __builtin_shufflevector(words, words, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
    shifts = SixteenWords{0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28};
  }
  to = reinterpret_cast<SixteenIntegers>((words >> shifts) & ((1u << bits) - 1));
}

}  // namespace

template <int bits>
FT_INLINE void AffineRows<bits>::widen(size_t row, size_t column, Sixteen& to) const {
  SixteenIntegers codes;
  sixteen<bits>(numbers + row * rowBytes + column * bits / 8, codes);
  size_t group = row * groups + (column >> groupShift);
  to = __builtin_convertvector(codes, Sixteen) * scales[group] + biases[group];
}

namespace {

using Table = std::array<float, 256>;

template <class Value>
Table tableOf(const Value& value) {
  Table table;
  for (int code = 0; code < 256; code++) table[code] = value(code);
  return table;
}

/** Sign, exponent (4), mantissa (3), without infinities; MLX knows no NaN there either. */
const Table& float8() {
  static const Table table = tableOf([](int code) {
    int exponent = (code >> 3) & 15, mantissa = code & 7;
    float size = exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -9)
                               : std::ldexp(static_cast<float>(8 + mantissa), exponent - 10);
    return code < 128 ? size : -size;
  });
  return table;
}

const Table& powersOfTwo() {
  static const Table table = tableOf([](int code) { return std::ldexp(1.0f, code - 127); });
  return table;
}

}  // namespace

FT_VECTORISED void affineRow(const uint8_t* numbers, const float* scales, const float* biases, size_t groups,
                             size_t groupSize, int bits, float* out) {
  switch (bits) {
    case 2: return affineGroups<2>(numbers, scales, biases, groups, groupSize, out);
    case 3: return affineGroups<3>(numbers, scales, biases, groups, groupSize, out);
    case 4: return affineGroups<4>(numbers, scales, biases, groups, groupSize, out);
    case 5: return affineGroups<5>(numbers, scales, biases, groups, groupSize, out);
    case 6: return affineGroups<6>(numbers, scales, biases, groups, groupSize, out);
    default: return affineGroups<8>(numbers, scales, biases, groups, groupSize, out);
  }
}

FT_VECTORISED void float4Row(const uint8_t* numbers, const uint8_t* scales, const float* scaleOf, size_t groups,
                             size_t groupSize, float* out) {
  for (size_t group = 0; group < groups; group++)
    float4Group(numbers + group * groupSize / 2, groupSize, scaleOf[scales[group]], out + group * groupSize);
}

FT_VECTORISED void float8Row(const uint8_t* numbers, const uint8_t* scales, const float* scaleOf, size_t groups,
                             size_t groupSize, const float* values, float* out) {
  for (size_t group = 0; group < groups; group++, numbers += groupSize, out += groupSize) {
    float scale = scaleOf[scales[group]];
    for (size_t i = 0; i < groupSize; i++) out[i] = values[numbers[i]] * scale;
  }
}

namespace {

template <int bits>
AffineRows<bits> affineRows(const PackedRows& rows, size_t first) {
  size_t groupSize = rows.packing.groupSize, groups = rows.columns / groupSize, rowBytes = rows.columns * bits / 8;
  AffineRows<bits> all{rows.numbers, static_cast<const float*>(rows.scales), rows.biases, rowBytes, groups,
                       std::countr_zero(groupSize)};
  return all.from(first);
}

}  // namespace

#define FT_MULTIPLY_PACKED(bits)                                                                                      \
  FT_VECTORISED void inLargeBlocks(const FewRows& x, const AffineRows<bits>& rows, size_t count, const Products& out) { \
    multiplyAll<4, 4, 4>(x, rows, count, out);                                                                        \
  }                                                                                                                   \
  FT_VECTORISED void inSmallBlocks(const FewRows& x, const AffineRows<bits>& rows, size_t count, const Products& out) { \
    multiplyAll<2, 2, 2>(x, rows, count, out);                                                                        \
  }                                                                                                                   \
  void multiplyPacked(const FewRows& x, const AffineRows<bits>& rows, size_t count, const Products& out) {            \
    return hasManyRegisters() ? inLargeBlocks(x, rows, count, out) : inSmallBlocks(x, rows, count, out);              \
  }

FT_MULTIPLY_PACKED(4)
FT_MULTIPLY_PACKED(8)

void PackedRows::unpack(size_t row, float* out) const {
  size_t groupSize = packing.groupSize, groups = columns / groupSize, first = row * groups;
  const uint8_t* own = numbers + row * (columns * packing.bits / 8);
  const uint8_t* bytes = static_cast<const uint8_t*>(scales) + first;
  switch (packing.format) {
    case Format::affine:
      return affineRow(own, static_cast<const float*>(scales) + first, biases + first, groups, groupSize, packing.bits,
                       out);
    case Format::mxfp4: return float4Row(own, bytes, powersOfTwo().data(), groups, groupSize, out);
    case Format::nvfp4: return float4Row(own, bytes, float8().data(), groups, groupSize, out);
    case Format::mxfp8:
      return float8Row(own, bytes, powersOfTwo().data(), groups, groupSize, float8().data(), out);
  }
}

void PackedRows::multiply(const FewRows& x, size_t first, size_t count, const Products& out) const {
  size_t direct = x.rows <= widenedInPassing ? directRows(count) : 0;
  if (direct > 0 && packing.bits == 4) multiplyPacked(x, affineRows<4>(*this, first), direct, out);
  if (direct > 0 && packing.bits == 8) multiplyPacked(x, affineRows<8>(*this, first), direct, out);
  multiplyUnpacked(x, *this, first + direct, count - direct, {out.data + direct, out.stride});
}

size_t PackedRows::directRows(size_t count) const {
  if (packing.format != Format::affine || (packing.bits != 4 && packing.bits != 8)) return 0;
  size_t rowBytes = columns * packing.bits / 8, behind = (bytesRead + rowBytes - 1) / rowBytes;
  return count > behind ? count - behind : 0;
}

}  // namespace ft::kernels
