// Matrix products and MLX's fused `fast` ops.
// LoRA's linear layer, which is several of these, lives in composites.cc.
#include "mlx/fast.h"
#include "mlx/ops.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

array rope(const array& x, int dims, bool traditional, std::optional<float> base, float scale,
           const RopeOffset& offset, const std::optional<array>& freqs) {
  auto apply = [&](const auto& start) { return mx::fast::rope(x, dims, traditional, base, scale, start, freqs); };
  return std::visit(apply, offset);
}

array attention(const array& queries, const array& keys, const array& values, float scale, const std::string& mode,
                const std::optional<array>& mask) {
  return mx::fast::scaled_dot_product_attention(queries, keys, values, scale, mode, mask);
}

}  // namespace

const OpTable& linear() {
  static const OpTable table = {
      row("matmul", [](const array& a, const array& b) { return mx::matmul(a, b); }),
      row("addmm", [](const array& c, const array& a, const array& b, float alpha,
                      float beta) { return mx::addmm(c, a, b, alpha, beta); }),
      row("rmsNorm",
          [](const array& x, const std::optional<array>& weight, float eps) {
            return mx::fast::rms_norm(x, weight, eps);
          }),
      row("layerNorm",
          [](const array& x, const std::optional<array>& weight, const std::optional<array>& bias, float eps) {
            return mx::fast::layer_norm(x, weight, bias, eps);
          }),
      row("rope", rope),
      row("scaledDotProductAttention", attention),
  };
  return table;
}

}  // namespace ft::ops
