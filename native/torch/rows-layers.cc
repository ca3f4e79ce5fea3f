// Layers of llama-shaped models over libtorch: products, norms, rotary embedding, attention.
// The rows are those of native/ops, with the same signatures; nothing is fused by hand here.
#include <limits>

#include "ops/frequencies.h"
#include "ops/scalar.h"
#include "tables.h"
#include "tensors.h"

namespace ft::torch {

namespace {

using at::Tensor;
using Maybe = std::optional<array>;

array linearLayer(const array& x, const array& weight, const Maybe& bias) {
  require(weight.ndim() == 2 && x.ndim() > 0 && x.shape(-1) == weight.shape(1),
          "needs x (…, in) and a weight (out, in), got " + describe(x) + " and " + describe(weight));
  array product = mx::matmul(x, mx::transpose(weight));
  return bias ? mx::add(product, *bias) : product;
}

array dropped(const array& x, double probability, const array& key) {
  require(probability >= 0 && probability < 1, "dropout must be at least 0 and less than 1");
  double kept = 1 - probability;
  array mask = drawn(static_cast<float>(kept), x.shape(), key);
  return mx::multiply(mx::multiply(mask, x), scalarOf(1 / kept, x.dtype()));
}

array loraLinear(const array& x, const array& weight, const Maybe& bias, const array& a, const array& b, double scale,
                 double dropout, const Maybe& key) {
  array input = key && dropout != 0 ? dropped(x, dropout, *key) : x;
  array update = mx::matmul(mx::matmul(input, a), b);
  array scaled = mx::multiply(scalarOf(scale, update.dtype()), update);
  return mx::add(linearLayer(x, weight, bias), mx::astype(scaled, x.dtype()));
}

array rmsNorm(const array& x, const Maybe& weight, float eps) {
  require(x.ndim() > 0, "takes arrays of at least one dimension");
  Tensor wide = as(x, mx::float32);
  Tensor normal = wide * at::rsqrt(at::mean(wide * wide, {-1}, true) + eps);
  array plain = made(normal, x.dtype());
  return weight ? mx::multiply(plain, *weight) : plain;
}

array layerNorm(const array& x, const Maybe& weight, const Maybe& bias, float eps) {
  require(x.ndim() > 0, "takes arrays of at least one dimension");
  Tensor normal = at::layer_norm(as(x, mx::float32), {x.shape(-1)}, {}, {}, eps);
  array result = made(normal, x.dtype());
  if (weight) result = mx::multiply(result, *weight);
  return bias ? mx::add(result, *bias) : result;
}

Tensor frequencies(int dims, float base) {
  std::vector<float> turns = ops::ropeFrequencies(dims, base);
  return made(at::tensor(turns).to(device()), mx::float32).tensor();
}

/** Angles of each position's pairs, (1 or batch, 1, length, dims / 2), float32. */
Tensor angles(const array& x, int dims, std::optional<float> base, float scale, const RopeOffset& offset,
              const Maybe& wavelengths) {
  auto options = at::TensorOptions().dtype(stored(mx::float32)).device(x.tensor().device());
  Tensor turns = wavelengths ? as(*wavelengths, mx::float32).reciprocal() : frequencies(dims, *base);
  Tensor places = at::arange(x.shape(2), options);
  if (const int* one = std::get_if<int>(&offset)) {
    places = (places + *one).reshape({1, 1, -1, 1});
  } else {
    Tensor own = std::get<array>(offset).tensor().to(stored(mx::float32));
    places = (own.reshape({-1, 1}) + places).reshape({own.numel(), 1, -1, 1});
  }
  return places * scale * turns;
}

array rope(const array& x, int dims, bool traditional, std::optional<float> base, float scale,
           const RopeOffset& offset, const Maybe& freqs) {
  require(x.ndim() == 4 && dims >= 2 && dims % 2 == 0 && dims <= x.shape(3),
          "turns an even number of the last axis of (batch, heads, length, dims), got " + describe(x));
  require(base.has_value() != freqs.has_value(), "needs a base or wavelengths");
  Tensor turned = angles(x, dims, base, scale, offset, freqs);
  Tensor cosines = at::cos(turned), sines = at::sin(turned), wide = as(x, mx::float32);
  Tensor part = at::slice(wide, 3, 0, dims);
  std::vector<int64_t> pairs = part.sizes().vec();
  pairs.back() = dims / 2;
  pairs.insert(traditional ? pairs.end() : pairs.end() - 1, 2);
  int64_t across = traditional ? -1 : -2;
  Tensor split = part.reshape(pairs), first = split.select(across, 0), second = split.select(across, 1);
  Tensor mixed = at::stack({first * cosines - second * sines, first * sines + second * cosines}, across);
  Tensor result = mixed.reshape(part.sizes());
  if (dims < x.shape(3)) result = at::cat({result, at::slice(wide, 3, dims)}, 3);
  return made(result, x.dtype());
}

void requireHeads(const array& q, const array& k, const array& v) {
  bool fits = q.ndim() == 4 && k.ndim() == 4 && v.ndim() == 4 && k.shape(1) > 0 && q.shape(1) % k.shape(1) == 0 &&
              k.shape(1) == v.shape(1) && q.shape(3) == k.shape(3) && k.shape(2) == v.shape(2);
  require(fits, "takes (batch, heads, length, size) each, got " + describe(q) + ", " + describe(k) + " and " +
                    describe(v));
}

/** Scores of what is not seen become none. */
Tensor masked(const Tensor& scores, const array& mask) {
  if (mask.dtype() == mx::bool_)
    return at::where(mask.tensor(), scores, at::full({}, -std::numeric_limits<float>::infinity(), scores.options()));
  return scores + mask.tensor().to(scores.scalar_type());
}

array causalMask(int64_t queries, int64_t keys) {
  auto options = at::TensorOptions().dtype(at::kInt).device(device());
  Tensor last = at::arange(keys - queries, keys, options).reshape({-1, 1});
  return {at::arange(keys, options).le(last), mx::bool_};
}

array attention(const array& q, const array& k, const array& v, float scale, const std::string& mode,
                const Maybe& mask) {
  requireHeads(q, k, v);
  require(mode.empty() || mode == "causal", "a mask is \"\", \"causal\" or an array");
  Dtype dtype = promoted(promoted(q.dtype(), k.dtype()), v.dtype());
  int64_t groups = q.shape(1) / k.shape(1);
  auto shared = [&](const array& a) {
    Tensor heads = as(a, dtype);
    return groups == 1 ? heads : at::repeat_interleave(heads, groups, 1);
  };
  Tensor scores = at::matmul(as(q, dtype) * scale, shared(k).transpose(-1, -2)).to(stored(mx::float32));
  if (mask) scores = masked(scores, *mask);
  else if (mode == "causal" && q.shape(2) > 1) scores = masked(scores, causalMask(q.shape(2), k.shape(2)));
  return made(at::matmul(at::softmax(scores, -1).to(stored(dtype)), shared(v)), dtype);
}

/** `mask` says all that the numbers beside it say. */
array limitedAttention(const array& q, const array& k, const array& v, float scale, const array& mask, int,
                       const Maybe&, const Maybe&, const Maybe&) {
  return attention(q, k, v, scale, "", mask);
}

array swiglu(const array& gate, const array& up) {
  return mx::multiply(mx::multiply(gate, mx::sigmoid(gate)), up);
}

}  // namespace

const OpTable& layers() {
  static const OpTable table = {
      row("matmul", mx::matmul),
      row("linear", linearLayer),
      row("loraLinear", loraLinear),
      row("rmsNorm", rmsNorm),
      row("layerNorm", layerNorm),
      row("rope", rope),
      row("scaledDotProductAttention", attention),
      row("limitedAttention", limitedAttention),
      row("swiglu", swiglu),
  };
  return table;
}

}  // namespace ft::torch
