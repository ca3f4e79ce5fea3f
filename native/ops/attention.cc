// Attention: the fused kernel where it serves, MLX's own, or a few steps over blocks of queries where scores are shaped
// as neither does.
#include <algorithm>
#include <limits>

#include "kernels/few-queries.h"
#include "kernels/kernels.h"
#include "mlx/fast.h"
#include "mlx/ops.h"
#include "mlx/transforms.h"
#include "ops/indices.h"
#include "ops/scalar.h"
#include "ops/settled.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;
using Maybe = std::optional<array>;

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
bool areFew(const array& queries) { return queries.shape(2) <= kernels::mostFewQueries; }

/** The same where no gradient is wanted of them. */
bool areFewAndFixed(const array& q, const array& k, const array& v) {
  return areFew(q) && !q.is_tracer() && !k.is_tracer() && !v.is_tracer();
}

/** What limits causal sight, as the kernel takes it. */
struct Limits {
  Limits(const array& queries, const array& keys, int window, const Maybe& segments, const Maybe& prefixes,
         const Maybe& starts)
      : window(static_cast<size_t>(window)) {
    require(window >= 0, "a window is at least one token, or 0 for none");
    require(segments || !prefixes, "needs segments beside prefixes");
    require(!segments || !starts, "takes segments or starts, not both");
    require(!starts || (queries.ndim() == 4 && starts->shape() == mx::Shape{queries.shape(0)} &&
                        mx::issubdtype(starts->dtype(), mx::integer)),
            "needs an integer start for each sequence");
    for (const auto& given : {segments, prefixes})
      if (given) numbers.push_back(*given);
    for (const array& each : numbers)
      require(queries.ndim() == 4 && each.shape() == mx::Shape{queries.shape(0), queries.shape(2)} &&
                  keys.shape(2) == queries.shape(2) && mx::issubdtype(each.dtype(), mx::integer),
              "needs an integer segment for each query and key, got " + describe(each));
  }

  size_t window;
  Arrays numbers;
};

/** Causal, with what else limits sight; `mask` says the same to MLX, with trues. */
array limitedAttention(const array& queries, const array& keys, const array& values, float scale, const array& mask,
                       int window, const Maybe& segments, const Maybe& prefixes, const Maybe& starts) {
  requireHeads(keys);
  Limits limits(queries, keys, window, segments, prefixes, starts);
  bool isPlain = isPlainAttention(queries, keys, values, "causal", std::nullopt);
  kernels::ScoreRules rules{scale, {true, limits.window}};
  if (isPlain && !segments && areFewAndFixed(queries, keys, values))
    return kernels::fewQueries(queries, keys, values, rules, starts);
  if (isPlain && kernels::suitsProducts({queries}))
    return kernels::attention(queries, keys, values, rules, limits.numbers, starts);
  return mx::fast::scaled_dot_product_attention(queries, keys, values, scale, "", mask);
}

array attention(const array& queries, const array& keys, const array& values, float scale, const std::string& mode,
                const std::optional<array>& mask) {
  requireHeads(keys);
  bool isPlain = isPlainAttention(queries, keys, values, mode, mask);
  if (isPlain && areFewAndFixed(queries, keys, values))
    return kernels::fewQueries(queries, keys, values, {scale, {mode == "causal", 0}}, std::nullopt);
  if (isPlain && kernels::suitsProducts({queries}) && !areFew(queries))
    return kernels::attention(queries, keys, values, {scale, {mode == "causal", 0}}, {});
  if (isPlain)
    return plainAttention(queries, keys, values, scale, mode == "causal");
  return mx::fast::scaled_dot_product_attention(queries, keys, values, scale, mode, mask);
}

/** What scores are besides scaled products, and what is seen. */
struct ScoreShaping {
  float scale;
  /** Scores become cap tanh(score / cap); 0: they stay. */
  float cap;
  /** A query sees nothing after its own key, the last at the last key; a mask says so too. */
  bool isCausal;
  /** Keys that a query sees, its own among them; 0: all. A mask says so too. */
  int window;
};

/**
 * Shaped attention in MLX's operations, a block of queries at a time. The backward pass computes each block again, one
 * when the one before is done, so that the scores of all pairs are never there.
 */
class BlockwiseAttention {
 public:
  BlockwiseAttention(const array& queries, const array& keys, const ScoreShaping& shaping)
      : shaping(shaping), queryCount(queries.shape(2)), keyCount(keys.shape(2)), groups(keys.shape(1)) {}

  array of(const array& q, const array& k, const array& v, const Maybe& sinks, const Maybe& bias, const Maybe& mask) {
    array absent(0.0f);
    Arrays inputs{q, k, v, sinks.value_or(absent), bias.value_or(absent), mask.value_or(absent)};
    hasSinks = sinks.has_value(), hasBias = bias.has_value(), hasMask = mask.has_value();
    auto forward = [self = *this](const Arrays& all) { return Arrays{self.forward(all)}; };
    auto backward = [self = *this](const Arrays& all, const Arrays& cotangents, const Arrays&) {
      return self.backward(all, cotangents[0]);
    };
    return mx::custom_vjp(forward, backward)(inputs)[0];
  }

 private:
  static constexpr int queriesAtOnce = 256;
  enum { queries, keys, values, sinkScores, keyBias, seen };

  struct Block {
    int begin, end, firstKey, endOfKeys;
  };

  /** What queries from `begin` on may see at most. */
  Block blockAt(int begin) const {
    int end = std::min(begin + queriesAtOnce, queryCount), before = keyCount - queryCount;
    if (!shaping.isCausal) return {begin, end, 0, keyCount};
    int first = shaping.window > 0 ? std::max(0, before + begin + 1 - shaping.window) : 0;
    return {begin, end, first, before + end};
  }

  static array narrowed(const array& a, int axis, int begin, int end) {
    int size = a.shape(axis);
    if (size == 1 || (begin == 0 && end == size)) return a;
    mx::Shape from(a.ndim(), 0), to = a.shape();
    from[axis] = begin, to[axis] = end;
    return mx::slice(a, from, to);
  }

  Arrays partsOf(const Arrays& all, const Block& block) const {
    Arrays parts = all;
    parts[queries] = narrowed(all[queries], 2, block.begin, block.end);
    for (int each : {int(keys), int(values)}) parts[each] = narrowed(all[each], 2, block.firstKey, block.endOfKeys);
    if (hasBias) parts[keyBias] = narrowed(all[keyBias], 2, block.firstKey, block.endOfKeys);
    if (!hasMask) return parts;
    int axes = static_cast<int>(all[seen].ndim());
    array rows = narrowed(all[seen], axes - 2, block.begin, block.end);
    parts[seen] = narrowed(rows, axes - 1, block.firstKey, block.endOfKeys);
    return parts;
  }

  array forward(const Arrays& all) const {
    Arrays mixed;
    for (int begin = 0; begin < queryCount; begin += queriesAtOnce) {
      Block block = blockAt(begin);
      Arrays parts = partsOf(all, block);
      if (!mixed.empty()) parts = settled(parts, {mixed.back()});
      mixed.push_back(mixedBy(parts, block));
    }
    return mixed.size() == 1 ? mixed[0] : mx::concatenate(mixed, 2);
  }

  Arrays backward(const Arrays& all, const array& cotangent) const {
    Arrays gradients{all[queries], mx::zeros_like(all[keys]), mx::zeros_like(all[values])};
    for (size_t other = sinkScores; other < all.size(); other++) gradients.push_back(mx::zeros_like(all[other]));
    Arrays ofQueries;
    for (int begin = 0; begin < queryCount; begin += queriesAtOnce) {
      Block block = blockAt(begin);
      array slopes = narrowed(cotangent, 2, block.begin, block.end);
      Arrays before{slopes};
      if (begin > 0) before.insert(before.end(), {ofQueries.back(), gradients[keys], gradients[values]});
      Arrays parts = settled(partsOf(all, block), before);
      auto again = [&](const Arrays& some) {
        Arrays given = parts;
        std::copy(some.begin(), some.end(), given.begin());
        return Arrays{mixedBy(given, block)};
      };
      Arrays found = mx::vjp(again, {parts.begin(), parts.begin() + keyBias}, {slopes}).second;
      ofQueries.push_back(found[queries]);
      for (int each : {int(keys), int(values)}) gradients[each] = addedAt(gradients[each], found[each], block);
      gradients[sinkScores] = mx::add(gradients[sinkScores], found[sinkScores]);
    }
    gradients[queries] = ofQueries.size() == 1 ? ofQueries[0] : mx::concatenate(ofQueries, 2);
    return gradients;
  }

  array addedAt(const array& sum, const array& part, const Block& block) const {
    return mx::add(sum, mx::pad(part, {{0, 0}, {0, 0}, {block.firstKey, keyCount - block.endOfKeys}, {0, 0}}));
  }

  /** Heads that share keys form an axis of their own: (batch, heads, …) to (batch, groups, heads of one, …). */
  array grouped(const array& a) const {
    return a.shape(1) == 1 ? mx::expand_dims(a, 2) : mx::unflatten(a, 1, {groups, a.shape(1) / groups});
  }

  array mixedBy(const Arrays& parts, const Block& block) const {
    array wide = grouped(mx::multiply(parts[queries], scalarOf(shaping.scale, parts[queries].dtype())));
    array products = mx::matmul(wide, mx::swapaxes(mx::expand_dims(parts[keys], 2), -1, -2));
    requireCountable(products.shape());
    array scores = visible(shaped(mx::astype(products, mx::float32), parts), parts, block);
    array shares = mx::astype(sharesOf(scores, parts), parts[values].dtype());
    return mx::flatten(mx::matmul(shares, mx::expand_dims(parts[values], 2)), 1, 2);
  }

  array shaped(const array& products, const Arrays& parts) const {
    array scores = products, cap(shaping.cap);
    if (shaping.cap != 0) scores = mx::multiply(cap, mx::tanh(mx::divide(scores, cap)));
    if (hasBias) scores = mx::add(scores, mx::expand_dims(grouped(mx::astype(parts[keyBias], mx::float32)), -2));
    return scores;
  }

  array visible(const array& scores, const Arrays& parts, const Block& block) const {
    array nothing(-std::numeric_limits<float>::infinity());
    if (!hasMask) {
      if (!shaping.isCausal) return scores;
      array rows = mx::expand_dims(mx::arange(block.begin, block.end), 1), offset(queryCount - keyCount);
      array columns = mx::expand_dims(mx::arange(block.firstKey, block.endOfKeys), 0);
      return mx::where(mx::greater_equal(rows, mx::add(columns, offset)), scores, nothing);
    }
    array mask = parts[seen].ndim() == 4 ? grouped(parts[seen]) : parts[seen];
    return mask.dtype() == mx::bool_ ? mx::where(mask, scores, nothing) : mx::add(scores, mask);
  }

  array sharesOf(const array& scores, const Arrays& parts) const {
    if (!hasSinks) return mx::softmax(scores, -1, true);
    int heads = static_cast<int>(parts[sinkScores].size());
    array sinks = mx::reshape(mx::astype(parts[sinkScores], mx::float32), {1, groups, heads / groups, 1, 1});
    return mx::exp(mx::subtract(scores, mx::logaddexp(mx::logsumexp(scores, -1, true), sinks)));
  }

  ScoreShaping shaping;
  int queryCount, keyCount, groups;
  bool hasSinks = false, hasBias = false, hasMask = false;
};

void requireShaped(const array& q, const array& k, const array& v, const ScoreShaping& shaping, const Maybe& sinks,
                   const Maybe& bias) {
  requireHeads(k);
  require(q.ndim() == 4 && k.ndim() == 4 && v.ndim() == 4 && q.shape(1) % k.shape(1) == 0 && q.shape(2) <= k.shape(2),
          "takes (batch, heads, length, size), at least as many keys as queries, got " + describe(q) + " and " +
              describe(k));
  require(shaping.cap >= 0, "a cap is above 0, or 0 for none");
  require(!sinks || sinks->shape() == mx::Shape{q.shape(1)}, "needs a sink for each head of queries");
  bool fits = bias && bias->ndim() == 3 && (bias->shape(0) == 1 || bias->shape(0) == q.shape(0)) &&
              bias->shape(1) == q.shape(1) && bias->shape(2) == k.shape(2);
  require(!bias || fits, "needs what is added for each head of queries and each key");
}

array shapedAttention(const array& q, const array& k, const array& v, float scale, float cap, bool isCausal, int window,
                      const Maybe& sinks, const Maybe& bias, const Maybe& mask, const Maybe& segments,
                      const Maybe& prefixes, const Maybe& starts) {
  ScoreShaping shaping{scale, cap, isCausal, window};
  requireShaped(q, k, v, shaping, sinks, bias);
  Limits limits(q, k, window, segments, prefixes, starts);
  std::string mode = isCausal ? "causal" : "";
  bool isPlain = (!mask || isCausal) && isPlainAttention(q, k, v, mode, std::nullopt);
  kernels::ScoreRules rules{scale, {isCausal, limits.window}, cap, sinks, bias};
  if (isPlain && !segments && areFewAndFixed(q, k, v)) return kernels::fewQueries(q, k, v, rules, starts);
  if (isPlain && !areFew(q) && kernels::suitsProducts({q}))
    return kernels::attention(q, k, v, rules, limits.numbers, starts);
  bool isFused = sinks && !bias && cap == 0 && mx::default_device() == mx::Device::gpu && !q.is_tracer();
  if (isFused)
    return mx::fast::scaled_dot_product_attention(q, k, v, scale, mask ? "" : mode, mask,
                                                  mx::astype(*sinks, q.dtype()));
  return BlockwiseAttention(q, k, shaping).of(q, k, v, sinks, bias, mask);
}

}  // namespace

const OpTable& attentions() {
  static const OpTable table = {
      row("scaledDotProductAttention", attention),
      row("limitedAttention", limitedAttention),
      row("shapedAttention", shapedAttention),
  };
  return table;
}

}  // namespace ft::ops
