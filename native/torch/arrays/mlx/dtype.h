// The types of numbers under the names that native/ knows, for the addon over libtorch.
// Not MLX's header: nothing of MLX is read or linked here.
#pragma once

#include <cstdint>

namespace mlx::core {

class Dtype {
 public:
  enum class Val {
    bool_,
    uint8,
    uint16,
    uint32,
    uint64,
    int8,
    int16,
    int32,
    int64,
    float16,
    float32,
    float64,
    bfloat16,
    complex64,
  };
  constexpr Dtype(Val val, uint8_t size) : val_(val), size_(size) {}
  constexpr Val val() const { return val_; }
  constexpr uint8_t size() const { return size_; }
  constexpr bool operator==(const Dtype& other) const { return val_ == other.val_; }

 private:
  Val val_;
  uint8_t size_;
};

inline constexpr Dtype bool_{Dtype::Val::bool_, 1};
inline constexpr Dtype uint8{Dtype::Val::uint8, 1}, uint16{Dtype::Val::uint16, 2};
inline constexpr Dtype uint32{Dtype::Val::uint32, 4}, uint64{Dtype::Val::uint64, 8};
inline constexpr Dtype int8{Dtype::Val::int8, 1}, int16{Dtype::Val::int16, 2};
inline constexpr Dtype int32{Dtype::Val::int32, 4}, int64{Dtype::Val::int64, 8};
inline constexpr Dtype float16{Dtype::Val::float16, 2}, float32{Dtype::Val::float32, 4};
inline constexpr Dtype float64{Dtype::Val::float64, 8}, bfloat16{Dtype::Val::bfloat16, 2};
inline constexpr Dtype complex64{Dtype::Val::complex64, 8};

/** Kinds of types, as native/ops asks for them. */
enum class Category { floating, inexact, signedinteger, unsignedinteger, integer };
inline constexpr Category floating = Category::floating, inexact = Category::inexact;
inline constexpr Category signedinteger = Category::signedinteger, unsignedinteger = Category::unsignedinteger;
inline constexpr Category integer = Category::integer;

bool issubdtype(Dtype dtype, Category category);
constexpr uint8_t size_of(Dtype dtype) { return dtype.size(); }

}  // namespace mlx::core
