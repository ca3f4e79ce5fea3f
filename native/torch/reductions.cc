// Reductions, scans and orderings over libtorch. Each answers as MLX's of that name does, types included.
#include <cmath>

#include "core/fault.h"
#include "mlx/linalg.h"
#include "tensors.h"

namespace mlx::core {

using namespace ft::torch;
using at::Tensor;

namespace {

std::vector<int64_t> axesOf(const array& a, const AxisList& axes) {
  std::vector<int64_t> places;
  for (int axis : axes) places.push_back(axisOf(a, axis));
  return places;
}

/** What sums of small integers are counted in. */
Dtype summed(Dtype dtype) {
  if (isFraction(dtype) || dtype.size() >= 4) return dtype;
  return issubdtype(dtype, unsignedinteger) ? uint32 : int32;
}

/** Over no axes every one of libtorch's reductions takes all. */
template <class Function>
array reduced(const array& a, const AxisList& axes, Dtype dtype, Function function) {
  if (axes.empty()) return astype(a, dtype);
  return made(function(as(a, dtype), axesOf(a, axes)), dtype);
}

}  // namespace

array sum(const array& a, const AxisList& axes, bool keep) {
  return reduced(a, axes, summed(a.dtype()),
                 [&](const Tensor& x, at::IntArrayRef over) { return at::sum(x, over, keep); });
}

array mean(const array& a, const AxisList& axes, bool keep) {
  return reduced(a, axes, fractional(a.dtype()),
                 [&](const Tensor& x, at::IntArrayRef over) { return at::mean(x, over, keep); });
}

array var(const array& a, const AxisList& axes, bool keep) {
  if (axes.empty()) return astype(subtract(a, a), fractional(a.dtype()));
  return reduced(a, axes, fractional(a.dtype()),
                 [&](const Tensor& x, at::IntArrayRef over) { return at::var(x, over, false, keep); });
}

array max(const array& a, const AxisList& axes, bool keep) {
  return reduced(a, axes, a.dtype(), [&](const Tensor& x, at::IntArrayRef over) { return at::amax(x, over, keep); });
}

array min(const array& a, const AxisList& axes, bool keep) {
  return reduced(a, axes, a.dtype(), [&](const Tensor& x, at::IntArrayRef over) { return at::amin(x, over, keep); });
}

array all(const array& a, const AxisList& axes, bool keep) {
  return reduced(a, axes, bool_, [&](const Tensor& x, at::IntArrayRef over) { return at::all(x, over, keep); });
}

array logsumexp(const array& a, const AxisList& axes, bool keep) {
  return reduced(a, axes, fractional(a.dtype()),
                 [&](const Tensor& x, at::IntArrayRef over) { return at::logsumexp(x, over, keep); });
}

array softmax(const array& a, const AxisList& axes, bool precise) {
  Dtype dtype = fractional(a.dtype()), inside = precise ? float32 : dtype;
  if (axes.size() == 1) return made(at::softmax(as(a, inside), axisOf(a, axes[0])), dtype);
  Tensor wide = as(a, inside), total = at::logsumexp(wide, axesOf(a, axes), true);
  return made(at::exp(wide - total), dtype);
}

array argmax(const array& a, int axis, bool keep) { return {at::argmax(a.tensor(), axisOf(a, axis), keep), uint32}; }

array cumsum(const array& a, int axis, bool reverse, bool inclusive) {
  int64_t place = axisOf(a, axis);
  Dtype dtype = a.dtype() == bool_ ? int32 : a.dtype();
  Tensor x = as(a, dtype), turned = reverse ? at::flip(x, {place}) : x;
  Tensor total = at::cumsum(turned, place);
  if (!inclusive) total = total - turned;
  return made(reverse ? at::flip(total, {place}) : total, dtype);
}

array sort(const array& a, int axis) {
  return {std::get<0>(at::sort(a.tensor(), std::optional<bool>(true), axisOf(a, axis), false)), a.dtype()};
}

array argsort(const array& a, int axis) {
  return {std::get<1>(at::sort(a.tensor(), std::optional<bool>(true), axisOf(a, axis), false)), uint32};
}

/** A whole order is one of those wanted. */
array argpartition(const array& a, int kth, int axis) {
  int64_t length = a.tensor().size(axisOf(a, axis));
  ft::require(kth >= -length && kth < length, "there is no place " + std::to_string(kth) + " in an axis of " +
                                                  std::to_string(length));
  return argsort(a, axis);
}

namespace linalg {

array norm(const array& a, const std::optional<AxisList>& axes, bool keep) {
  AxisList all;
  for (size_t i = 0; i < a.ndim(); i++) all.push_back(static_cast<int>(i));
  return sqrt(sum(square(astype(a, fractional(a.dtype()))), axes.value_or(all), keep));
}

}  // namespace linalg

}  // namespace mlx::core
