// Matrix products and MLX's fused `fast` ops, attention apart.
// LoRA's linear layer, which is several of these, lives in composites.cc.
#include <map>
#include <mutex>

#include "kernels/kernels.h"
#include "mlx/fast.h"
#include "mlx/ops.h"
#include "ops/frequencies.h"
#include "ops/indices.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

array rmsNorm(const array& x, const std::optional<array>& weight, float eps) {
  if (weight && x.ndim() > 0 && weight->shape() == mx::Shape{x.shape(-1)} && kernels::suits({x, *weight}))
    return kernels::rmsNorm(x, *weight, eps);
  return mx::fast::rms_norm(x, weight, eps);
}

/** Turns that a token's position takes in each pair of numbers, computed once for all layers and passes. */
array keptFrequencies(int dims, float base) {
  static std::mutex mutex;
  // Never destroyed: what MLX needs to free an array may be gone when the process ends.
  static auto& kept = *new std::map<std::pair<int, float>, array>;
  std::lock_guard lock(mutex);
  auto found = kept.find({dims, base});
  if (found != kept.end()) return found->second;
  std::vector<float> turns = ropeFrequencies(dims, base);
  return kept.emplace(std::pair{dims, base}, array(turns.data(), {dims / 2}, mx::float32)).first->second;
}

array frequencies(int dims, std::optional<float> base, const std::optional<array>& wavelengths) {
  return wavelengths ? mx::reciprocal(*wavelengths) : keptFrequencies(dims, *base);
}

/** Whether the kernel serves: one position for each row or for all, halves that turn together. */
bool isPlainRope(const array& x, int dims, bool traditional, std::optional<float> base, const RopeOffset& offset,
                 const std::optional<array>& wavelengths) {
  if (x.ndim() != 4 || traditional || !kernels::suits({x})) return false;
  const array* own = std::get_if<array>(&offset);
  if (own && (own->shape() != mx::Shape{x.shape(0)} || !mx::issubdtype(own->dtype(), mx::integer))) return false;
  if (dims < 2 || dims % 2 != 0 || dims > x.shape(3) || base.has_value() == wavelengths.has_value()) return false;
  return !wavelengths || (wavelengths->shape() == mx::Shape{dims / 2} && kernels::suits({*wavelengths}));
}

array rope(const array& x, int dims, bool traditional, std::optional<float> base, float scale,
           const RopeOffset& offset, const std::optional<array>& freqs) {
  bool isPlain = isPlainRope(x, dims, traditional, base, offset, freqs);
  auto apply = [&](const auto& start) {
    if (isPlain) return kernels::rope(x, frequencies(dims, base, freqs), scale, start);
    return mx::fast::rope(x, dims, traditional, base, scale, start, freqs);
  };
  return std::visit(apply, offset);
}

array gatherMm(const array& a, const array& b, const std::optional<array>& left, const std::optional<array>& right,
               bool sorted) {
  requireMatrices(left, a);
  requireMatrices(right, b);
  mx::Dtype dtype = mx::result_type(a, b);
  if (mx::default_device() != mx::Device::cpu || !mx::issubdtype(dtype, mx::floating))
    return mx::gather_mm(a, b, left, right, sorted);
  // On the CPU, MLX has it in float32 alone.
  auto wide = [](const array& matrices) { return mx::astype(matrices, mx::float32); };
  return mx::astype(mx::gather_mm(wide(a), wide(b), left, right, sorted), dtype);
}

array conv1d(const array& x, const array& weight, int stride, int padding, int dilation, int groups) {
  require(stride > 0 && dilation > 0 && groups > 0, "stride, dilation and groups must be at least 1");
  require(padding >= 0, "padding must not be negative");
  require(x.ndim() == 3, "takes (batch, length, channels), got " + describe(x));
  return mx::conv1d(x, weight, stride, padding, dilation, groups);
}

}  // namespace

const OpTable& linear() {
  static const OpTable table = {
      row("matmul", [](const array& a, const array& b) { return mx::matmul(a, b); }),
      row("gatherMm", gatherMm),
      row("conv1d", conv1d),
      row("rmsNorm", rmsNorm),
      row("layerNorm",
          [](const array& x, const std::optional<array>& weight, const std::optional<array>& bias, float eps) {
            return mx::fast::layer_norm(x, weight, bias, eps);
          }),
      row("rope", rope),
  };
  return table;
}

}  // namespace ft::ops
