// Attention's softmax, the causal mask in it: keys that a query does not see are not computed.
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED void softmaxRow(const float* scores, size_t seen, size_t keys, float* __restrict out) {
  float most = largest(scores, seen);
  float total = sum(seen, [&](size_t i) { return out[i] = exponential(scores[i] - most); });
  float share = 1.0f / total;
  for (size_t i = 0; i < seen; i++) out[i] *= share;
  for (size_t i = seen; i < keys; i++) out[i] = 0;
}

FT_VECTORISED void softmaxGradientRow(const float* shares, const float* slopes, size_t seen, size_t keys, float* __restrict out) {
  float mean = sum(seen, [&](size_t i) { return shares[i] * slopes[i]; });
  for (size_t i = 0; i < seen; i++) out[i] = shares[i] * (slopes[i] - mean);
  for (size_t i = seen; i < keys; i++) out[i] = 0;
}

namespace {

/** How many keys a row of [..., queries, keys] sees. */
struct Sight {
  bool causal;
  size_t queries, keys;

  Sight(const array& scores, bool causal) : causal(causal), queries(scores.shape(-2)), keys(scores.shape(-1)) {}

  size_t seen(size_t row) const { return causal ? keys - queries + row % queries + 1 : keys; }
};

struct SoftmaxGradient {
  bool causal;
  static constexpr const char* name = "AttentionSoftmaxGradient";

  void operator()(const Arrays& inputs, array& out) const {
    const float *shares = inputs[0].data<float>(), *slopes = inputs[1].data<float>();
    float* gradient = out.data<float>();
    Sight sight(out, causal);
    overRows(out.size() / sight.keys, sight.keys, [=](size_t begin, size_t end) {
      for (size_t row = begin, at = begin * sight.keys; row < end; row++, at += sight.keys)
        softmaxGradientRow(shares + at, slopes + at, sight.seen(row), sight.keys, gradient + at);
    });
  }

  bool operator==(const SoftmaxGradient&) const = default;
};

struct Softmax {
  bool causal;
  static constexpr const char* name = "AttentionSoftmax";

  Arrays vjp(const Arrays&, const array& cotangent, const std::vector<int>&, const array& output) const {
    return {computed(output.shape(), {output, cotangent}, SoftmaxGradient{causal})};
  }

  void operator()(const Arrays& inputs, array& out) const {
    const float* scores = inputs[0].data<float>();
    float* shares = out.data<float>();
    Sight sight(out, causal);
    overRows(out.size() / sight.keys, sight.keys, [=](size_t begin, size_t end) {
      for (size_t row = begin, at = begin * sight.keys; row < end; row++, at += sight.keys)
        softmaxRow(scores + at, sight.seen(row), sight.keys, shares + at);
    });
  }

  bool operator==(const Softmax&) const = default;
};

}  // namespace

array softmax(const array& scores, bool causal) { return computed(scores.shape(), {scores}, Softmax{causal}); }

}  // namespace ft::kernels
