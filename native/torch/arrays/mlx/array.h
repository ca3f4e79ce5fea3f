// An array under the name that native/ knows, over a tensor of libtorch. native/core and the tables of native/ops that
// call nothing but plain operations compile against it as they are: one seam, one set of argument checks, two
// libraries. Not MLX's header: nothing of MLX is read or linked here. libtorch's own headers, which compile slowly, stay
// out of it.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include "mlx/dtype.h"

namespace at {
class Tensor;
}

namespace mlx::core {

/** A type of its own: lists of integers are another one at the seam. */
struct Shape : std::vector<int32_t> {
  using std::vector<int32_t>::vector;
};

class array {
 public:
  /** `tensor` holds `dtype` as `stored` in tensors.h says. */
  array(at::Tensor tensor, Dtype dtype);
  template <class T>
    requires std::is_arithmetic_v<T>
  array(T value, Dtype dtype) : array(scalar(value, dtype)) {}

  const at::Tensor& tensor() const { return *tensor_; }
  Dtype dtype() const { return dtype_; }
  Shape shape() const;
  int shape(int axis) const;
  size_t ndim() const;
  size_t size() const;
  size_t nbytes() const { return size() * size_of(dtype_); }
  bool is_tracer() const;

 private:
  template <class T>
  static array scalar(T value, Dtype dtype) {
    if constexpr (std::is_floating_point_v<T>) return ofNumber(static_cast<double>(value), dtype);
    else return ofInteger(static_cast<int64_t>(value), dtype);
  }
  static array ofNumber(double value, Dtype dtype);
  static array ofInteger(int64_t value, Dtype dtype);

  std::shared_ptr<at::Tensor> tensor_;
  Dtype dtype_;
};

}  // namespace mlx::core
