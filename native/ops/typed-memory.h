// Between arrays and typed arrays of JavaScript: which kind holds which type, and what a row checks before it copies.
// Not the copy into an array, which each library makes its own way.
#pragma once

#include "core/convert.h"

namespace ft {

/** What `typed` holds, when it has just as many bytes as `shape` wants in `dtype`, and is of its kind or raw bytes. */
TypedMemory::View fitting(const TypedMemory& typed, const mx::Shape& shape, mx::Dtype dtype);

/** `bytes` bytes from `data`, copied into a typed array of the kind that holds `dtype`. */
NewMemory copied(Environment& environment, const void* data, size_t bytes, mx::Dtype dtype);

}  // namespace ft
