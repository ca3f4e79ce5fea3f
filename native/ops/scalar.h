// A JavaScript number beside an array: weakly typed, as a Python number beside an MLX array.
// Not a conversion of general numbers: `full` and friends take an explicit dtype.
#pragma once

#include "core/convert.h"

namespace ft {

/** A 0-dimensional array in `dtype`, or in float32 for a fraction beside integers, or int32 for a whole one beside bool. */
array scalarLike(Scalar value, mx::Dtype dtype);

/** `value` in exactly `dtype`: refuses what no integer is for an integer dtype, and wraps what it is too narrow for. */
array scalarOf(double value, mx::Dtype dtype);

}  // namespace ft
