// Products with weights as checkpoints store them, float32 or halves, without a float32 copy of them all.
// Many rows times float32 weights are MLX's; which is which, `suitsStored` tells.
#include "core/blas.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/stored-numbers.h"
#include "kernels/weight-products.h"
#include "mlx/device.h"

namespace ft::kernels {

#define FT_WIDEN_ROW(Number)                                                                             \
  FT_VECTORISED void widenRow(const Number* from, size_t count, float* to) {                             \
    size_t at = 0;                                                                                       \
    for (; at + 16 <= count; at += 16) widen(from + at, *reinterpret_cast<Sixteen*>(to + at));           \
    if (at == count) return;                                                                             \
    Sixteen last;                                                                                        \
    widenSome(from + at, count - at, last);                                                              \
    std::memcpy(to + at, &last, (count - at) * sizeof(float));                                           \
  }

FT_WIDEN_ROW(float)
FT_WIDEN_ROW(Bfloat16)
FT_WIDEN_ROW(Float16)

namespace {

template <class Number>
struct StoredRows {
  size_t columns;
  const Number* numbers;

  void unpack(size_t row, float* out) const { widenRow(numbers + row * columns, columns, out); }

  void multiply(const FewRows& x, size_t first, size_t count, const Products& out) const {
    if (std::is_same_v<Number, float> || x.rows <= widenedInPassing)
      return multiplyFew(x, WeightRows<Number>{numbers + first * columns, columns}, count, out);
    multiplyUnpacked(x, *this, first, count, out);
  }
};

struct StoredProduct {
  bool transpose;
  static constexpr const char* name = "StoredProduct";

  void operator()(const Arrays& inputs, array& out) const {
    switch (inputs[1].dtype()) {
      case mx::bfloat16: return multiply(rowsOf<Bfloat16>(inputs[1]), inputs, out);
      case mx::float16: return multiply(rowsOf<Float16>(inputs[1]), inputs, out);
      default: return multiply(rowsOf<float>(inputs[1]), inputs, out);
    }
  }

  template <class Number>
  static StoredRows<Number> rowsOf(const array& weights) {
    return {static_cast<size_t>(weights.shape(1)), reinterpret_cast<const Number*>(weights.data<uint8_t>())};
  }

  template <class Weights>
  void multiply(const Weights& weights, const Arrays& inputs, array& out) const {
    const float* x = inputs[0].data<float>();
    size_t count = inputs[0].size() / inputs[0].shape(-1), rows = inputs[1].shape(0);
    if (transpose) return multiplyRows(x, count, weights, rows, out.data<float>());
    multiplyBack(x, count, weights, rows, out.data<float>());
  }

  Arrays vjp(const Arrays& primals, const array& cotangent, const std::vector<int>& argnums, const array&) const {
    Arrays gradients;
    for (int argument : argnums)
      gradients.push_back(argument == 0 ? byRows(primals, cotangent) : byWeights(primals, cotangent));
    return gradients;
  }

  array byRows(const Arrays& primals, const array& cotangent) const {
    const array& weights = primals[1];
    if (weights.dtype() != mx::float32 && blas::hasMultiply()) return storedProduct(cotangent, weights, !transpose);
    array wide = mx::astype(weights, mx::float32);
    return mx::matmul(cotangent, transpose ? wide : mx::transpose(wide));
  }

  array byWeights(const Arrays& primals, const array& cotangent) const {
    array x = asRows(primals[0]), slopes = asRows(cotangent);
    array gradient = transpose ? mx::matmul(mx::transpose(slopes), x) : mx::matmul(mx::transpose(x), slopes);
    return mx::astype(gradient, primals[1].dtype());
  }

  static array asRows(const array& x) { return mx::reshape(x, {-1, x.shape(-1)}); }

  bool operator==(const StoredProduct&) const = default;
};

}  // namespace

bool suitsStored(const array& x, const array& weights) {
  if (x.ndim() == 0 || weights.ndim() != 2 || weights.size() == 0 || x.shape(-1) != weights.shape(1)) return false;
  bool isHalf = weights.dtype() == mx::bfloat16 || weights.dtype() == mx::float16;
  if (!suits({x}) || !(isHalf || weights.dtype() == mx::float32)) return false;
  return x.size() / x.shape(-1) <= mostFewRows || (isHalf && blas::hasMultiply());
}

array storedProduct(const array& x, const array& weights, bool transpose) {
  mx::Shape shape = x.shape();
  shape.back() = weights.shape(transpose ? 0 : 1);
  return computed(shape, {x, weights}, StoredProduct{transpose});
}

}  // namespace ft::kernels
