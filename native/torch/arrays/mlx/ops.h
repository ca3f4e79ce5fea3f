// Plain operations under the names by which native/ops calls them; operations.cc and reductions.cc have them over
// libtorch. Results have the types that MLX's have: `promoted` in tensors.h.
#pragma once

#include <optional>
#include <vector>

#include "mlx/array.h"

namespace mlx::core {

#define FT_UNARY(NAME) array NAME(const array& a);
FT_UNARY(abs)
FT_UNARY(negative)
FT_UNARY(exp)
FT_UNARY(log)
FT_UNARY(log1p)
FT_UNARY(sqrt)
FT_UNARY(rsqrt)
FT_UNARY(square)
FT_UNARY(sin)
FT_UNARY(cos)
FT_UNARY(tanh)
FT_UNARY(erf)
FT_UNARY(sigmoid)
FT_UNARY(sign)
FT_UNARY(isfinite)
FT_UNARY(logical_not)
FT_UNARY(stop_gradient)
FT_UNARY(contiguous)
FT_UNARY(transpose)
#undef FT_UNARY
array round(const array& a, int decimals);
array astype(const array& a, Dtype dtype);
array view(const array& a, Dtype dtype);

#define FT_BINARY(NAME) array NAME(const array& a, const array& b);
FT_BINARY(add)
FT_BINARY(subtract)
FT_BINARY(multiply)
FT_BINARY(divide)
FT_BINARY(floor_divide)
FT_BINARY(power)
FT_BINARY(maximum)
FT_BINARY(minimum)
FT_BINARY(logaddexp)
FT_BINARY(equal)
FT_BINARY(not_equal)
FT_BINARY(less)
FT_BINARY(less_equal)
FT_BINARY(greater)
FT_BINARY(greater_equal)
FT_BINARY(logical_and)
FT_BINARY(logical_or)
FT_BINARY(matmul)
#undef FT_BINARY
Dtype result_type(const array& a, const array& b);
array where(const array& condition, const array& a, const array& b);
array clip(const array& a, const std::optional<array>& low, const std::optional<array>& high);

using AxisList = std::vector<int>;
#define FT_REDUCTION(NAME) array NAME(const array& a, const AxisList& axes, bool keepDims);
FT_REDUCTION(sum)
FT_REDUCTION(mean)
FT_REDUCTION(var)
FT_REDUCTION(max)
FT_REDUCTION(min)
FT_REDUCTION(all)
FT_REDUCTION(logsumexp)
#undef FT_REDUCTION
array softmax(const array& a, const AxisList& axes, bool precise);
array argmax(const array& a, int axis, bool keepDims);
array cumsum(const array& a, int axis, bool reverse, bool inclusive);
array sort(const array& a, int axis);
array argsort(const array& a, int axis);
array argpartition(const array& a, int kth, int axis);

array reshape(const array& a, const Shape& shape);
array transpose(const array& a, const AxisList& axes);
array swapaxes(const array& a, int axis1, int axis2);
array expand_dims(const array& a, const AxisList& axes);
array squeeze(const array& a, const AxisList& axes);
array broadcast_to(const array& a, const Shape& shape);
array concatenate(const std::vector<array>& arrays, int axis);
array stack(const std::vector<array>& arrays, int axis);
std::vector<array> split(const array& a, int parts, int axis);
std::vector<array> split(const array& a, const Shape& indices, int axis);
array repeat(const array& a, int count, int axis);
array pad(const array& a, const AxisList& axes, const Shape& low, const Shape& high, const array& value);
array slice(const array& a, const Shape& start, const Shape& stop, const Shape& strides);
array slice_update(const array& a, const array& update, const Shape& start, const Shape& stop, const Shape& strides);
array take(const array& a, const array& indices, int axis);
array take_along_axis(const array& a, const array& indices, int axis);
array put_along_axis(const array& a, const array& indices, const array& values, int axis);
array tril(const array& a, int k);

}  // namespace mlx::core
