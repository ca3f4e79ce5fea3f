// A look at indices before they are used: MLX reads whatever memory a bad one points at, up to a crash.
// Sees only indices that are already computed (token ids from memory, say); looking must not evaluate a graph.
#pragma once

#include "core/convert.h"

namespace ft {

/** Throws when a known index lies outside an axis of `size` entries; negative ones count from the end. */
void requireIndices(const array& indices, int size);

/** Throws when a known index names none of the matrices of `a` (..., rows, columns), counted over its batch axes. */
void requireMatrices(const std::optional<array>& indices, const array& a);

/** The size of an axis that may be negative; 0-dimensional and bad axes are left to MLX to refuse. */
std::optional<int> axisSize(const array& a, int axis);

}  // namespace ft
