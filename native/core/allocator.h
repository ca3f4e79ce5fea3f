// MLX's allocator, made to throw where it cannot allocate: on the CPU it hands out null, and whoever takes that
// writes to address zero. Metal's throws by itself.
#pragma once

#include <cstddef>

namespace ft::allocator {

/** Bytes that MLX counts as active although it never got them. */
size_t neverAllocated();

}  // namespace ft::allocator
