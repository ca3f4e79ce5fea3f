// How arrays lie in libtorch's tensors, and the types of results, which are MLX's.
#include "tensors.h"

#include <atomic>

#include "core/fault.h"

namespace ft::torch {

namespace {

using Val = Dtype::Val;

std::atomic<bool> onGpu{false};

bool isUnsigned(Dtype dtype) { return mx::issubdtype(dtype, mx::unsignedinteger); }
bool isSigned(Dtype dtype) { return mx::issubdtype(dtype, mx::signedinteger); }

Dtype signedOf(int bytes) {
  return bytes <= 1 ? mx::int8 : bytes <= 2 ? mx::int16 : bytes <= 4 ? mx::int32 : mx::int64;
}

}  // namespace

at::ScalarType stored(Dtype dtype) {
  switch (dtype.val()) {
    case Val::uint16: return at::kInt;
    case Val::uint32:
    case Val::uint64: return at::kLong;
#ifdef FT_TORCH_WIDE
    case Val::float32: return at::kDouble;
#endif
    default: return outside(dtype);
  }
}

at::ScalarType outside(Dtype dtype) {
  switch (dtype.val()) {
    case Val::bool_: return at::kBool;
    case Val::uint8: return at::kByte;
    case Val::uint16:
    case Val::int16: return at::kShort;
    case Val::uint32:
    case Val::int32: return at::kInt;
    case Val::uint64:
    case Val::int64: return at::kLong;
    case Val::int8: return at::kChar;
    case Val::float16: return at::kHalf;
    case Val::float32: return at::kFloat;
    case Val::float64: return at::kDouble;
    case Val::bfloat16: return at::kBFloat16;
    case Val::complex64: break;
  }
  throw argumentFault("complex numbers are not in the addon over libtorch");
}

at::Device device() { return onGpu ? at::Device(at::kMPS) : at::Device(at::kCPU); }

void setDevice(at::Device device) { onGpu = device.type() != at::kCPU; }

at::Tensor as(const array& a, Dtype dtype) { return a.tensor().to(stored(dtype)); }

array made(const at::Tensor& tensor, Dtype dtype) { return array(tensor.to(stored(dtype)), dtype); }

array fromOutside(const at::Tensor& raw, Dtype dtype) {
  at::Tensor held = raw.to(device());
  if (stored(dtype) == outside(dtype) || isFraction(dtype)) return made(held, dtype);
  const int64_t bits = dtype == mx::uint16 ? 0xffff : 0xffffffff;
  return {at::bitwise_and(held.to(stored(dtype)), bits), dtype};
}

at::Tensor toOutside(const array& a) { return a.tensor().detach().cpu().to(outside(a.dtype())).contiguous(); }

bool isFraction(Dtype dtype) { return mx::issubdtype(dtype, mx::floating); }

Dtype fractional(Dtype dtype) { return isFraction(dtype) ? dtype : mx::float32; }

Dtype promoted(Dtype a, Dtype b) {
  if (a == b) return a;
  if (isFraction(a) && isFraction(b)) {
    if (a.size() == b.size()) return mx::float32;  // float16 beside bfloat16
    return a.size() > b.size() ? a : b;
  }
  if (isFraction(a)) return a;
  if (isFraction(b)) return b;
  if (a == mx::bool_) return b;
  if (b == mx::bool_) return a;
  if (isUnsigned(a) == isUnsigned(b)) return a.size() > b.size() ? a : b;
  Dtype whole = isSigned(a) ? a : b, natural = isSigned(a) ? b : a;
  if (natural.size() == 8) return mx::float32;
  return whole.size() > natural.size() ? whole : signedOf(2 * natural.size());
}

std::vector<int64_t> sizesOf(const mx::Shape& shape) { return {shape.begin(), shape.end()}; }

int64_t axisOf(const array& a, int axis) {
  int64_t count = static_cast<int64_t>(a.ndim()), place = axis < 0 ? axis + count : axis;
  require(place >= 0 && place < count, "axis " + std::to_string(axis) + " of an array of " + std::to_string(count) +
                                           " dimensions");
  return place;
}

}  // namespace ft::torch

namespace mlx::core {

using ft::torch::device, ft::torch::stored;

bool issubdtype(Dtype dtype, Category category) {
  using Val = Dtype::Val;
  Val val = dtype.val();
  bool isNatural = val >= Val::uint8 && val <= Val::uint64, isWhole = val >= Val::int8 && val <= Val::int64;
  bool isFraction = val >= Val::float16 && val <= Val::bfloat16;
  switch (category) {
    case Category::floating: return isFraction;
    case Category::inexact: return isFraction || val == Val::complex64;
    case Category::signedinteger: return isWhole;
    case Category::unsignedinteger: return isNatural;
    case Category::integer: return isWhole || isNatural;
  }
  return false;
}

array::array(at::Tensor tensor, Dtype dtype)
    : tensor_(std::make_shared<at::Tensor>(std::move(tensor))), dtype_(dtype) {}

array array::ofNumber(double value, Dtype dtype) {
  return {at::full({}, value, at::TensorOptions().dtype(stored(dtype)).device(device())), dtype};
}

array array::ofInteger(int64_t value, Dtype dtype) {
  return {at::full({}, value, at::TensorOptions().dtype(stored(dtype)).device(device())), dtype};
}

Shape array::shape() const {
  at::IntArrayRef sizes = tensor_->sizes();
  return Shape(sizes.begin(), sizes.end());
}

int array::shape(int axis) const { return static_cast<int>(tensor_->size(axis)); }
size_t array::ndim() const { return static_cast<size_t>(tensor_->dim()); }
size_t array::size() const { return static_cast<size_t>(tensor_->numel()); }
bool array::is_tracer() const { return tensor_->requires_grad(); }

}  // namespace mlx::core
