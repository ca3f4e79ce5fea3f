// Products with packed weights on the CPU. The gradient for x is the same product the other way round.
#include "core/blas.h"
#include "kernels/kernels.h"
#include "kernels/packed-rows.h"
#include "kernels/primitive.h"
#include "kernels/weight-products.h"
#include "mlx/transforms.h"

namespace ft::kernels {

namespace {

struct QuantizedProduct {
  Packing packing;
  bool transpose;
  static constexpr const char* name = "QuantizedProduct";

  static std::optional<array> biasesOf(const Arrays& inputs) {
    return inputs.size() > 3 ? std::optional<array>(inputs[3]) : std::nullopt;
  }

  Arrays vjp(const Arrays& primals, const array& cotangent, const std::vector<int>& argnums, const array&) const {
    Arrays gradients;
    for (int argument : argnums) gradients.push_back(gradient(primals, cotangent, argument));
    return gradients;
  }

  array gradient(const Arrays& primals, const array& cotangent, int argument) const {
    if (argument == 0)
      return quantizedProduct(cotangent, primals[1], primals[2], biasesOf(primals), !transpose, packing);
    if (argument == 1 || packing.format != Format::affine) return mx::zeros_like(primals[argument]);
    // Nobody trains scales and biases: MLX's own product serves.
    auto product = [&](const Arrays& one) {
      const array &scales = argument == 2 ? one[0] : primals[2], &biases = argument == 3 ? one[0] : primals[3];
      return Arrays{mx::quantized_matmul(primals[0], primals[1], scales, biases, transpose, packing.groupSize,
                                         packing.bits, "affine")};
    };
    return mx::vjp(product, {primals[argument]}, {cotangent}).second[0];
  }

  void operator()(const Arrays& inputs, array& out) const {
    const array &x = inputs[0], &packed = inputs[1];
    size_t rows = packed.shape(0), columns = transpose ? x.shape(-1) : out.shape(-1);
    const float* biases = inputs.size() > 3 ? inputs[3].data<float>() : nullptr;
    PackedRows weights{packing, columns, packed.data<uint8_t>(), inputs[2].data<uint8_t>(), biases};
    size_t count = x.size() / x.shape(-1);
    if (!transpose) return multiplyBack(x.data<float>(), count, weights, rows, out.data<float>());
    multiplyRows(x.data<float>(), count, weights, rows, out.data<float>());
  }

  bool operator==(const QuantizedProduct&) const = default;
};

}  // namespace

bool suitsQuantized(const array& x, const array& packed, const array& scales, const std::optional<array>& biases) {
  if (!blas::hasMultiply() || packed.ndim() != 2 || packed.size() == 0) return false;
  return biases ? suits({x, scales, *biases}) : suits({x});
}

array quantizedProduct(const array& x, const array& packed, const array& scales, const std::optional<array>& biases,
                       bool transpose, const Packing& packing) {
  mx::Shape shape = x.shape();
  shape.back() = transpose ? packed.shape(0) : packed.shape(1) * 32 / packing.bits;
  Arrays inputs{x, packed, scales};
  if (biases) inputs.push_back(*biases);
  return computed(shape, inputs, QuantizedProduct{packing, transpose});
}

}  // namespace ft::kernels
