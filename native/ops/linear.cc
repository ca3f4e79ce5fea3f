// Matrix products and MLX's fused `fast` ops.
// LoRA's linear layer, which is several of these, lives in composites.cc.
#include <cmath>

#include "kernels/kernels.h"
#include "mlx/fast.h"
#include "mlx/ops.h"
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

/** Turns a token's position takes in each pair of numbers, as MLX computes them. */
array frequencies(int dims, std::optional<float> base, const std::optional<array>& wavelengths) {
  if (wavelengths) return mx::reciprocal(*wavelengths);
  array pairs = mx::arange(0, -dims / 2, -1, mx::float32);
  return mx::exp(mx::multiply(pairs, array(std::log(*base) / static_cast<float>(dims / 2))));
}

/** Whether the kernel serves: one position for the whole batch, halves that turn together. */
bool isPlainRope(const array& x, int dims, bool traditional, std::optional<float> base, const RopeOffset& offset,
                 const std::optional<array>& wavelengths) {
  if (x.ndim() != 4 || traditional || !std::holds_alternative<int>(offset) || !kernels::suits({x})) return false;
  if (dims < 2 || dims % 2 != 0 || dims > x.shape(3) || base.has_value() == wavelengths.has_value()) return false;
  return !wavelengths || (wavelengths->shape() == mx::Shape{dims / 2} && kernels::suits({*wavelengths}));
}

array rope(const array& x, int dims, bool traditional, std::optional<float> base, float scale,
           const RopeOffset& offset, const std::optional<array>& freqs) {
  if (isPlainRope(x, dims, traditional, base, offset, freqs))
    return kernels::rope(x, frequencies(dims, base, freqs), scale, std::get<int>(offset));
  auto apply = [&](const auto& start) { return mx::fast::rope(x, dims, traditional, base, scale, start, freqs); };
  return std::visit(apply, offset);
}

/** Whether the fused softmax serves: no mask array, shapes as MLX wants them (else its own error comes). */
bool isPlainAttention(const array& q, const array& k, const array& v, const std::string& mode,
                      const std::optional<array>& mask) {
  if (mask || (mode != "causal" && !mode.empty()) || !kernels::suits({q, k, v})) return false;
  if (q.ndim() != 4 || k.ndim() != 4 || v.ndim() != 4) return false;
  bool batchesAgree = q.shape(0) == k.shape(0) && q.shape(0) == v.shape(0);
  bool headsAgree = k.shape(1) == v.shape(1) && q.shape(1) % k.shape(1) == 0;
  bool sizesAgree = q.shape(3) == k.shape(3) && k.shape(2) == v.shape(2);
  return batchesAgree && headsAgree && sizesAgree && (mode.empty() || q.shape(2) <= k.shape(2));
}

array plainAttention(const array& q, const array& k, const array& v, float scale, bool causal) {
  int groups = k.shape(1);
  // Heads that share keys form an axis of their own, over which keys and values are broadcast.
  array queries = mx::unflatten(mx::multiply(q, scalarOf(scale, q.dtype())), 1, {groups, q.shape(1) / groups});
  array keys = mx::expand_dims(k, 2);
  array scores = mx::matmul(queries, mx::swapaxes(keys, -1, -2));
  requireCountable(scores.shape());
  array mixed = mx::matmul(kernels::softmax(scores, causal), mx::expand_dims(v, 2));
  return mx::flatten(mixed, 1, 2);
}

/** MLX divides the queries' heads by the keys'. */
void requireHeads(const array& keys) {
  require(keys.ndim() != 4 || keys.shape(1) > 0, "needs at least one head of keys, got " + describe(keys));
}

/** So few queries, as in decoding, that a matrix of scores is the less work. */
bool areFew(const array& queries) { return queries.shape(2) < 8; }

/** Causal, with what else limits sight; `mask` says the same to MLX, with trues. */
array limitedAttention(const array& queries, const array& keys, const array& values, float scale, const array& mask,
                       int window, const std::optional<array>& segments, const std::optional<array>& prefixes) {
  requireHeads(keys);
  require(window >= 0, "a window is at least one token, or 0 for none");
  require(segments || !prefixes, "needs segments beside prefixes");
  std::vector<array> numbers;
  for (const auto& given : {segments, prefixes})
    if (given) numbers.push_back(*given);
  for (const array& each : numbers)
    require(queries.ndim() == 4 && each.shape() == mx::Shape{queries.shape(0), queries.shape(2)} &&
                keys.shape(2) == queries.shape(2) && mx::issubdtype(each.dtype(), mx::integer),
            "needs an integer segment for each query and key, got " + describe(each));
  if (kernels::suitsProducts({queries}) && isPlainAttention(queries, keys, values, "causal", std::nullopt))
    return kernels::attention(queries, keys, values, scale, {true, static_cast<size_t>(window)}, numbers);
  return mx::fast::scaled_dot_product_attention(queries, keys, values, scale, "", mask);
}

array attention(const array& queries, const array& keys, const array& values, float scale, const std::string& mode,
                const std::optional<array>& mask) {
  requireHeads(keys);
  bool isPlain = isPlainAttention(queries, keys, values, mode, mask);
  if (isPlain && kernels::suitsProducts({queries}) && !areFew(queries))
    return kernels::attention(queries, keys, values, scale, {mode == "causal", 0}, {});
  if (isPlain)
    return plainAttention(queries, keys, values, scale, mode == "causal");
  return mx::fast::scaled_dot_product_attention(queries, keys, values, scale, mode, mask);
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
      row("scaledDotProductAttention", attention),
      row("limitedAttention", limitedAttention),
  };
  return table;
}

}  // namespace ft::ops
