// Weights packed in a few bits, with a scale (and in "affine" an offset) for each group along the last axis.
// Checks what MLX's CPU code takes on trust: it divides by the parameters and reads scales by the shape of the weights.
#include <algorithm>
#include <initializer_list>

#include "kernels/kernels.h"
#include "mlx/ops.h"
#include "ops/indices.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Maybe = std::optional<array>;

bool oneOf(int value, std::initializer_list<int> allowed) {
  return std::find(allowed.begin(), allowed.end(), value) != allowed.end();
}

void requireFloats(const array& a, const char* what) {
  bool taken = a.dtype() == mx::float32 || a.dtype() == mx::float16 || a.dtype() == mx::bfloat16;
  require(taken, std::string(what) + " must be float32, float16 or bfloat16, got " + describe(a));
}

struct Packing {
  int groupSize, bits;
  const std::string& mode;

  kernels::Packing forKernels() const {
    using enum kernels::Format;
    auto format = mode == "affine" ? affine : mode == "mxfp4" ? mxfp4 : mode == "mxfp8" ? mxfp8 : nvfp4;
    return {format, groupSize, bits};
  }

  void check() const {
    if (mode == "affine") return checkSizes({32, 64, 128}, {2, 3, 4, 5, 6, 8});
    if (mode == "mxfp4") return checkSizes({32}, {4});
    if (mode == "mxfp8") return checkSizes({32}, {8});
    if (mode == "nvfp4") return checkSizes({16}, {4});
    throw argumentFault("\"" + mode + "\" is not a mode: affine, mxfp4, mxfp8 and nvfp4 are");
  }

  void check(const array& packed, const array& scales, const Maybe& biases) const {
    check();
    require(packed.dtype() == mx::uint32 && packed.ndim() >= 2, "packed weights are uint32 with two or more axes");
    mx::Shape wanted = packed.shape();
    int64_t values = int64_t{packed.shape(-1)} * 32 / bits;
    wanted.back() = static_cast<int>(values / groupSize);
    bool whole = values % groupSize == 0 && int64_t{packed.shape(-1)} * 32 % bits == 0;
    require(whole && scales.shape() == wanted,
            "scales " + describe(scales) + " do not fit packed weights " + describe(packed));
    require(biases.has_value() == (mode == "affine"), "biases belong to mode affine, and to no other");
    if (biases) require(biases->shape() == wanted, "biases " + describe(*biases) + " do not fit the scales");
    if (biases) requireFloats(*biases, "biases");
    if (biases) requireFloats(scales, "scales");
  }

 private:
  void checkSizes(std::initializer_list<int> groupSizes, std::initializer_list<int> widths) const {
    require(oneOf(groupSize, groupSizes), "no group size " + std::to_string(groupSize) + " in mode " + mode);
    require(oneOf(bits, widths), "no width of " + std::to_string(bits) + " bits in mode " + mode);
  }
};

std::vector<array> quantize(const array& w, int groupSize, int bits, const std::string& mode) {
  Packing{groupSize, bits, mode}.check();
  requireFloats(w, "weights");
  return mx::quantize(w, groupSize, bits, mode);
}

array dequantize(const array& packed, const array& scales, const Maybe& biases, int groupSize, int bits,
                 const std::string& mode, mx::Dtype dtype) {
  Packing{groupSize, bits, mode}.check(packed, scales, biases);
  return mx::dequantize(packed, scales, biases, groupSize, bits, mode, std::nullopt, dtype);
}

array quantizedMatmul(const array& x, const array& packed, const array& scales, const Maybe& biases, bool transpose,
                      int groupSize, int bits, const std::string& mode) {
  Packing packing{groupSize, bits, mode};
  packing.check(packed, scales, biases);
  requireFloats(x, "argument 1");
  require(x.ndim() >= 2 && (packed.ndim() == 2 || x.ndim() > 2), "x needs as many batch axes as the weights");
  int64_t wanted = transpose ? int64_t{packed.shape(-1)} * 32 / bits : packed.shape(-2);
  if (x.shape(-1) == wanted && kernels::suitsQuantized(x, packed, scales, biases))
    return kernels::quantizedProduct(x, packed, scales, biases, transpose, packing.forKernels());
  return mx::quantized_matmul(x, packed, scales, biases, transpose, groupSize, bits, mode);
}

array gatherQmm(const array& x, const array& packed, const array& scales, const Maybe& biases, const Maybe& left,
                const Maybe& right, bool transpose, int groupSize, int bits, const std::string& mode, bool sorted) {
  if (!left && !right) return quantizedMatmul(x, packed, scales, biases, transpose, groupSize, bits, mode);
  Packing{groupSize, bits, mode}.check(packed, scales, biases);
  requireFloats(x, "argument 1");
  requireMatrices(left, x);
  requireMatrices(right, packed);
  return mx::gather_qmm(x, packed, scales, biases, left, right, transpose, groupSize, bits, mode, std::nullopt, sorted);
}

}  // namespace

const OpTable& quantized() {
  static const OpTable table = {
      row("quantize", quantize),
      row("dequantize", dequantize),
      row("quantizedMatmul", quantizedMatmul),
      row("gatherQmm", gatherQmm),
  };
  return table;
}

}  // namespace ft::ops
