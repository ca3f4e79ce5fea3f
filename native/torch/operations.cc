// Element-wise operations and those that move, cut and join, over libtorch. Each answers as MLX's of that name does.
#include "mlx/ops.h"

#include <algorithm>
#include <cmath>

#include "core/fault.h"
#include "tensors.h"

namespace mlx::core {

using namespace ft::torch;
using at::Tensor;
using ft::require;

namespace {

/** Of what has fractions; of whole numbers as float32. */
template <class Function>
array smooth(const array& a, Function function) {
  Dtype dtype = fractional(a.dtype());
  return made(function(as(a, dtype)), dtype);
}

template <class Function>
array alike(const array& a, const array& b, Function function) {
  Dtype dtype = promoted(a.dtype(), b.dtype());
  return made(function(as(a, dtype), as(b, dtype)), dtype);
}

template <class Function>
array smoothly(const array& a, const array& b, Function function) {
  Dtype dtype = fractional(promoted(a.dtype(), b.dtype()));
  return made(function(as(a, dtype), as(b, dtype)), dtype);
}

template <class Function>
array compared(const array& a, const array& b, Function function) {
  Dtype dtype = promoted(a.dtype(), b.dtype());
  return {function(as(a, dtype), as(b, dtype)), bool_};
}

Tensor truth(const array& a) { return as(a, bool_); }

/** Indices of 64 bits, counted from the start. */
Tensor places(const array& indices, int64_t size) {
  Tensor wide = indices.tensor().to(at::kLong);
  return at::where(wide.lt(0), wide + size, wide);
}

}  // namespace

#define FT_SMOOTH(NAME) \
  array NAME(const array& a) { return smooth(a, [](const Tensor& x) { return at::NAME(x); }); }
FT_SMOOTH(exp)
FT_SMOOTH(log)
FT_SMOOTH(log1p)
FT_SMOOTH(sqrt)
FT_SMOOTH(rsqrt)
FT_SMOOTH(sin)
FT_SMOOTH(cos)
FT_SMOOTH(tanh)
FT_SMOOTH(erf)
FT_SMOOTH(sigmoid)
#undef FT_SMOOTH

array abs(const array& a) { return a.dtype() == bool_ ? a : array(at::abs(a.tensor()), a.dtype()); }
array negative(const array& a) {
  require(!(a.dtype() == bool_), "takes numbers, not truths");
  return {at::neg(a.tensor()), a.dtype()};
}
array square(const array& a) { return multiply(a, a); }
array sign(const array& a) { return {at::sign(a.tensor()), a.dtype()}; }
array isfinite(const array& a) { return {at::isfinite(a.tensor()), bool_}; }
array logical_not(const array& a) { return {at::logical_not(truth(a)), bool_}; }
array stop_gradient(const array& a) { return {a.tensor().detach(), a.dtype()}; }
array contiguous(const array& a) { return {a.tensor().contiguous(), a.dtype()}; }
array transpose(const array& a) {
  std::vector<int64_t> axes;
  for (size_t axis = a.ndim(); axis > 0; axis--) axes.push_back(static_cast<int64_t>(axis) - 1);
  return {a.tensor().permute(axes), a.dtype()};
}
array round(const array& a, int decimals) {
  if (!isFraction(a.dtype())) return a;
  double scale = std::pow(10.0, decimals);
  return {decimals == 0 ? at::round(a.tensor()) : at::round(a.tensor() * scale) / scale, a.dtype()};
}
array astype(const array& a, Dtype dtype) { return {as(a, dtype), dtype}; }
array view(const array& a, Dtype dtype) {
  require(a.ndim() > 0 || size_of(a.dtype()) == size_of(dtype), "reads no bytes of a single number as several");
  Tensor bytes = a.tensor().to(outside(a.dtype())).contiguous();
  return fromOutside(bytes.view(outside(dtype)), dtype);
}

array add(const array& a, const array& b) {
  return alike(a, b, [&](const Tensor& x, const Tensor& y) { return at::add(x, y); });
}
array subtract(const array& a, const array& b) {
  return alike(a, b, [](const Tensor& x, const Tensor& y) { return at::sub(x, y); });
}
array multiply(const array& a, const array& b) {
  return alike(a, b, [](const Tensor& x, const Tensor& y) { return at::mul(x, y); });
}
array divide(const array& a, const array& b) {
  return smoothly(a, b, [](const Tensor& x, const Tensor& y) { return at::div(x, y); });
}
array floor_divide(const array& a, const array& b) {
  return alike(a, b, [](const Tensor& x, const Tensor& y) { return at::floor_divide(x, y); });
}
array power(const array& a, const array& b) {
  return alike(a, b, [](const Tensor& x, const Tensor& y) { return at::pow(x, y); });
}
array maximum(const array& a, const array& b) {
  return alike(a, b, [](const Tensor& x, const Tensor& y) { return at::maximum(x, y); });
}
array minimum(const array& a, const array& b) {
  return alike(a, b, [](const Tensor& x, const Tensor& y) { return at::minimum(x, y); });
}
array logaddexp(const array& a, const array& b) {
  return smoothly(a, b, [](const Tensor& x, const Tensor& y) { return at::logaddexp(x, y); });
}

#define FT_COMPARED(NAME, FUNCTION)                                                        \
  array NAME(const array& a, const array& b) {                                             \
    return compared(a, b, [](const Tensor& x, const Tensor& y) { return at::FUNCTION(x, y); }); \
  }
FT_COMPARED(equal, eq)
FT_COMPARED(not_equal, ne)
FT_COMPARED(less, lt)
FT_COMPARED(less_equal, le)
FT_COMPARED(greater, gt)
FT_COMPARED(greater_equal, ge)
#undef FT_COMPARED

array logical_and(const array& a, const array& b) { return {at::logical_and(truth(a), truth(b)), bool_}; }
array logical_or(const array& a, const array& b) { return {at::logical_or(truth(a), truth(b)), bool_}; }

array matmul(const array& a, const array& b) {
  require(a.ndim() > 0 && b.ndim() > 0, "takes arrays of at least one dimension");
  return smoothly(a, b, [](const Tensor& x, const Tensor& y) { return at::matmul(x, y); });
}

Dtype result_type(const array& a, const array& b) { return promoted(a.dtype(), b.dtype()); }

array where(const array& condition, const array& a, const array& b) {
  return alike(a, b, [&](const Tensor& x, const Tensor& y) { return at::where(truth(condition), x, y); });
}

array clip(const array& a, const std::optional<array>& low, const std::optional<array>& high) {
  array result = low ? maximum(a, *low) : a;
  return high ? minimum(result, *high) : result;
}

array reshape(const array& a, const Shape& shape) { return {a.tensor().reshape(sizesOf(shape)), a.dtype()}; }

array transpose(const array& a, const AxisList& axes) {
  require(axes.size() == a.ndim(), "needs every axis once");
  return {a.tensor().permute(std::vector<int64_t>(axes.begin(), axes.end())), a.dtype()};
}

array swapaxes(const array& a, int axis1, int axis2) { return {a.tensor().transpose(axis1, axis2), a.dtype()}; }

array expand_dims(const array& a, const AxisList& axes) {
  std::vector<int64_t> places;
  int64_t count = static_cast<int64_t>(a.ndim() + axes.size());
  for (int axis : axes) places.push_back(axis < 0 ? axis + count : axis);
  std::sort(places.begin(), places.end());
  Tensor result = a.tensor();
  for (int64_t place : places) result = result.unsqueeze(place);
  return {result, a.dtype()};
}

array squeeze(const array& a, const AxisList& axes) {
  std::vector<int64_t> places;
  for (int axis : axes) {
    places.push_back(axisOf(a, axis));
    require(a.tensor().size(places.back()) == 1, "axis " + std::to_string(axis) + " has more than one entry");
  }
  return {a.tensor().squeeze(places), a.dtype()};
}

array broadcast_to(const array& a, const Shape& shape) { return {a.tensor().expand(sizesOf(shape)), a.dtype()}; }

namespace {

Dtype commonType(const std::vector<array>& arrays) {
  require(!arrays.empty(), "needs at least one array");
  Dtype dtype = arrays[0].dtype();
  for (const array& a : arrays) dtype = promoted(dtype, a.dtype());
  return dtype;
}

std::vector<Tensor> tensorsOf(const std::vector<array>& arrays, Dtype dtype) {
  std::vector<Tensor> tensors;
  for (const array& a : arrays) tensors.push_back(as(a, dtype));
  return tensors;
}

std::vector<array> arraysOf(const std::vector<Tensor>& tensors, Dtype dtype) {
  std::vector<array> arrays;
  for (const Tensor& tensor : tensors) arrays.emplace_back(tensor, dtype);
  return arrays;
}

/** From, to and step of each axis, as at::slice takes them. */
Tensor sliced(const Tensor& tensor, const Shape& start, const Shape& stop, const Shape& strides) {
  size_t count = static_cast<size_t>(tensor.dim());
  require(start.size() == count && stop.size() == count && strides.size() == count,
          "needs a start, a stop and a stride for each dimension");
  Tensor result = tensor;
  for (size_t axis = 0; axis < start.size(); axis++) {
    require(strides[axis] > 0, "goes forward only, over libtorch");
    result = at::slice(result, static_cast<int64_t>(axis), start[axis], stop[axis], strides[axis]);
  }
  return result;
}

}  // namespace

array concatenate(const std::vector<array>& arrays, int axis) {
  Dtype dtype = commonType(arrays);
  return {at::cat(tensorsOf(arrays, dtype), axisOf(arrays[0], axis)), dtype};
}

array stack(const std::vector<array>& arrays, int axis) {
  Dtype dtype = commonType(arrays);
  return {at::stack(tensorsOf(arrays, dtype), axis), dtype};
}

std::vector<array> split(const array& a, int parts, int axis) {
  int64_t place = axisOf(a, axis), length = a.tensor().size(place);
  require(length % parts == 0,
          "an axis of " + std::to_string(length) + " has no " + std::to_string(parts) + " equal parts");
  return arraysOf(at::tensor_split(a.tensor(), parts, place), a.dtype());
}

std::vector<array> split(const array& a, const Shape& indices, int axis) {
  return arraysOf(at::tensor_split(a.tensor(), sizesOf(indices), axisOf(a, axis)), a.dtype());
}

array repeat(const array& a, int count, int axis) {
  return {at::repeat_interleave(a.tensor(), count, axisOf(a, axis)), a.dtype()};
}

array pad(const array& a, const AxisList& axes, const Shape& low, const Shape& high, const array& value) {
  Shape shape = a.shape(), begin(a.ndim(), 0), end(a.ndim(), 0), ones(a.ndim(), 1);
  for (size_t i = 0; i < axes.size(); i++) {
    begin[axes[i]] = low[i];
    end[axes[i]] = low[i] + shape[axes[i]];
    shape[axes[i]] += low[i] + high[i];
  }
  return slice_update(broadcast_to(astype(value, a.dtype()), shape), a, begin, end, ones);
}

array slice(const array& a, const Shape& start, const Shape& stop, const Shape& strides) {
  return {sliced(a.tensor(), start, stop, strides), a.dtype()};
}

array slice_update(const array& a, const array& update, const Shape& start, const Shape& stop, const Shape& strides) {
  Tensor result = a.tensor().clone(at::MemoryFormat::Contiguous);
  Tensor place = sliced(result, start, stop, strides);
  place.copy_(as(update, a.dtype()));
  return {result, a.dtype()};
}

array take(const array& a, const array& indices, int axis) {
  int64_t place = axisOf(a, axis);
  Tensor chosen = places(indices, a.tensor().size(place));
  std::vector<int64_t> shape = a.tensor().sizes().vec();
  shape.erase(shape.begin() + place);
  shape.insert(shape.begin() + place, chosen.sizes().begin(), chosen.sizes().end());
  return {at::index_select(a.tensor(), place, chosen.reshape({-1})).reshape(shape), a.dtype()};
}

namespace {

/** Both with one shape but for `axis`. */
std::pair<Tensor, Tensor> aligned(const Tensor& a, const Tensor& indices, int64_t axis) {
  require(a.dim() == indices.dim(), "needs indices of as many dimensions");
  std::vector<int64_t> whole = a.sizes().vec(), chosen = indices.sizes().vec();
  for (int64_t i = 0; i < a.dim(); i++)
    if (i != axis) whole[i] = chosen[i] = std::max(whole[i], chosen[i]);
  return {a.expand(whole), indices.expand(chosen)};
}

}  // namespace

array take_along_axis(const array& a, const array& indices, int axis) {
  int64_t place = axisOf(a, axis);
  auto [whole, chosen] = aligned(a.tensor(), places(indices, a.tensor().size(place)), place);
  return {at::gather(whole, place, chosen), a.dtype()};
}

array put_along_axis(const array& a, const array& indices, const array& values, int axis) {
  int64_t place = axisOf(a, axis);
  auto [whole, chosen] = aligned(a.tensor(), places(indices, a.tensor().size(place)), place);
  return {at::scatter(whole, place, chosen, as(values, a.dtype()).expand(chosen.sizes())), a.dtype()};
}

array tril(const array& a, int k) { return {at::tril(a.tensor(), k), a.dtype()}; }

}  // namespace mlx::core
