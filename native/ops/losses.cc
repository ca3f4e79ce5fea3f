// Losses of tokens: from logits, and from hidden rows and the head's weight with only a part of the logits at a time.
// On the CPU kernels compute both; here is what is composed of MLX's ops everywhere else.
#include <algorithm>
#include <limits>

#include "kernels/kernels.h"
#include "mlx/ops.h"
#include "mlx/transforms.h"
#include "ops/losses.h"
#include "ops/scalar.h"
#include "ops/settled.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;

/** As int32, where what does not fit stays out of every range. */
array narrowed(const array& targets) {
  array limit = scalarOf(std::numeric_limits<int32_t>::max(), targets.dtype());
  if (targets.dtype() == mx::int64) return mx::astype(mx::clip(targets, mx::negative(limit), limit), mx::int32);
  bool wide = targets.dtype() == mx::uint32 || targets.dtype() == mx::uint64;
  return mx::astype(wide ? mx::minimum(targets, limit) : targets, mx::int32);
}

/** What targets name: negative ones count from the end. */
struct Chosen {
  array index, isKnown;

  Chosen(const array& targets, int count) : index(targets), isKnown(targets) {
    array classes = array(count);
    array counted = mx::where(mx::less(targets, array(0)), mx::add(targets, classes), targets);
    isKnown = mx::logical_and(mx::greater_equal(counted, array(0)), mx::less(counted, classes));
    index = mx::where(isKnown, counted, array(0));
  }

  /** logits[target], NaN for a target that is not there, as in the kernel: MLX's look-up would follow it. */
  array of(const array& logits) const {
    array chosen = mx::squeeze(mx::take_along_axis(logits, mx::expand_dims(index, -1), -1), -1);
    return mx::where(isKnown, mx::astype(chosen, mx::float32), array(std::numeric_limits<float>::quiet_NaN()));
  }
};

/** A head's losses in chunks of rows, one after the other, so that one chunk of logits is there at a time. */
class ChunkedHead {
 public:
  ChunkedHead(const array& hidden, const array& weight, const LossSettings& settings)
      : settings(settings),
        rows(hidden.shape(0)),
        classes(weight.shape(0)),
        step(std::max(leastRows, chunkSize() / std::max(1, classes))),
        withSlopes(hidden.is_tracer()),
        isTrained(weight.is_tracer()) {}

  /** Losses and, where hidden rows have a gradient, each loss's by its hidden row. */
  Arrays forward(const Arrays& inputs) const {
    Arrays losses, slopes, before;
    for (int begin = 0; begin < rows; begin += step) {
      Chunk chunk = chunkAt(inputs, begin, before);
      losses.push_back(loss(chunk));
      if (withSlopes) slopes.push_back(mx::matmul(narrow(logitSlopes(chunk), inputs[1]), inputs[1]));
      before = withSlopes ? Arrays{losses.back(), slopes.back()} : Arrays{losses.back()};
    }
    Arrays outputs{mx::concatenate(losses, 0)};
    if (withSlopes) outputs.push_back(mx::astype(mx::concatenate(slopes, 0), inputs[0].dtype()));
    return outputs;
  }

  Arrays backward(const Arrays& inputs, const array& cotangent, const Arrays& outputs) const {
    array factor = mx::expand_dims(cotangent, -1);
    array slopes = withSlopes ? outputs[1] : mx::zeros_like(inputs[0]);
    array scaled = mx::where(mx::equal(factor, array(0.0f)), array(0.0f), mx::multiply(factor, slopes));
    return {mx::astype(scaled, inputs[0].dtype()), weightGradient(inputs, cotangent), mx::zeros_like(inputs[2])};
  }

 private:
  static constexpr int leastRows = 32;
  /** Logits at once: a GPU wants much to do, a CPU what its caches hold. */
  static int chunkSize() { return mx::default_device() == mx::Device::cpu ? 1 << 22 : 1 << 24; }

  struct Chunk {
    array hidden, logits, logSum;
    Chosen chosen;
  };

  /** The rows from `begin`, computed no sooner than `before` is there. */
  Chunk chunkAt(const Arrays& inputs, int begin, const Arrays& before) const {
    int end = std::min(begin + step, rows);
    array hidden = mx::slice(inputs[0], {begin, 0}, {end, inputs[0].shape(1)});
    if (!before.empty()) hidden = settled({hidden}, before)[0];
    array logits = mx::astype(mx::matmul(hidden, mx::transpose(inputs[1])), mx::float32);
    Chosen chosen(mx::slice(inputs[2], {begin}, {end}), classes);
    return {hidden, logits, logSumOf(logits, chosen), chosen};
  }

  /** MLX's own adds a row's terms one after another on the CPU: some hundred thousand classes lose four digits. */
  static array logSumOf(const array& logits, const Chosen& chosen) {
    if (!kernels::suits({logits})) return mx::logsumexp(logits, -1, true);
    array whole = mx::take_along_axis(logits, mx::expand_dims(chosen.index, -1), -1);
    return mx::add(mx::expand_dims(kernels::crossEntropy(logits, chosen.index), -1), whole);
  }

  array number(double value) const { return scalarOf(value, mx::float32); }

  array loss(const Chunk& chunk) const {
    array logSum = mx::squeeze(chunk.logSum, -1);
    array wanted = mx::multiply(number(1 - settings.labelSmoothing), chunk.chosen.of(chunk.logits));
    array value = mx::subtract(logSum, wanted);
    if (settings.zLoss != 0) value = mx::add(value, mx::multiply(number(settings.zLoss), mx::square(logSum)));
    if (settings.labelSmoothing == 0) return value;
    return mx::subtract(value, mx::multiply(number(settings.labelSmoothing), mx::mean(chunk.logits, -1)));
  }

  /** Slopes of each row's loss by its logits. */
  array logitSlopes(const Chunk& chunk) const {
    array shares = mx::exp(mx::subtract(chunk.logits, chunk.logSum));
    if (settings.zLoss != 0)
      shares = mx::multiply(shares, mx::add(number(1), mx::multiply(number(2 * settings.zLoss), chunk.logSum)));
    array isTarget = mx::equal(mx::arange(classes, mx::int32), mx::expand_dims(chunk.chosen.index, -1));
    array wanted = mx::where(isTarget, number(1 - settings.labelSmoothing), number(0));
    array slopes = mx::subtract(mx::subtract(shares, wanted), number(settings.labelSmoothing / classes));
    array none = array(std::numeric_limits<float>::quiet_NaN());
    return mx::where(mx::expand_dims(chunk.chosen.isKnown, -1), slopes, none);
  }

  static array narrow(const array& slopes, const array& weight) { return mx::astype(slopes, weight.dtype()); }

  array weightGradient(const Arrays& inputs, const array& cotangent) const {
    if (!isTrained) return mx::zeros_like(inputs[1]);
    array total = mx::zeros(inputs[1].shape(), mx::float32);
    for (int begin = 0; begin < rows; begin += step) {
      Chunk chunk = chunkAt(inputs, begin, {total});
      array factor = mx::expand_dims(mx::slice(cotangent, {begin}, {std::min(begin + step, rows)}), -1);
      array slopes = mx::multiply(factor, logitSlopes(chunk));
      slopes = mx::where(mx::equal(factor, array(0.0f)), array(0.0f), slopes);
      array part = mx::matmul(mx::transpose(narrow(slopes, inputs[1])), chunk.hidden);
      total = mx::add(total, mx::astype(part, mx::float32));
    }
    return mx::astype(total, inputs[1].dtype());
  }

  LossSettings settings;
  int rows, classes, step;
  bool withSlopes, isTrained;
};

/**
 * Whether all logits at once are the better way: the gradient of a trained weight would want them a second time, which
 * costs a third more, and beside that gradient they are not large.
 */
bool isBetterAtOnce(const array& hidden, const array& weight, const LossSettings& settings) {
  constexpr int64_t mostLogits = 1 << 26;
  bool isPlain = settings.labelSmoothing == 0 && settings.zLoss == 0;
  return isPlain && weight.is_tracer() && int64_t{hidden.shape(0)} * weight.shape(0) <= mostLogits;
}

}  // namespace

array tokenLosses(const array& logits, const array& targets) {
  if (kernels::suits({logits})) return kernels::crossEntropy(logits, narrowed(targets));
  Chosen chosen(narrowed(targets), logits.shape(-1));
  return mx::subtract(mx::logsumexp(mx::astype(logits, mx::float32), -1), chosen.of(logits));
}

array headLosses(const array& hidden, const array& weight, const array& targets, const LossSettings& settings) {
  array wanted = narrowed(targets);
  if (kernels::suitsProducts({hidden, weight})) {
    if (isBetterAtOnce(hidden, weight, settings))
      return kernels::crossEntropy(mx::matmul(hidden, mx::transpose(weight)), wanted);
    kernels::HeadLoss loss{static_cast<float>(settings.labelSmoothing), static_cast<float>(settings.zLoss)};
    return kernels::headLosses(hidden, weight, wanted, loss);
  }
  if (hidden.shape(0) == 0) return mx::zeros({0});
  ChunkedHead head(hidden, weight, settings);
  auto forward = [head](const Arrays& inputs) { return head.forward(inputs); };
  auto backward = [head](const Arrays& inputs, const Arrays& cotangents, const Arrays& outputs) {
    return head.backward(inputs, cotangents[0], outputs);
  };
  return mx::custom_vjp(forward, backward)({hidden, weight, wanted})[0];
}

/** Where the weight is trained, both gradients come with the sum: no logit is computed twice then. */
array headLossSum(const array& hidden, const array& weight, const array& targets, const array& shares,
                  const LossSettings& settings) {
  bool isTrained = weight.is_tracer() && hidden.size() > 0 && weight.size() > 0;
  if (isTrained && kernels::suitsProducts({hidden, weight, shares})) {
    kernels::HeadLoss loss{static_cast<float>(settings.labelSmoothing), static_cast<float>(settings.zLoss)};
    return kernels::headLossSum(hidden, weight, narrowed(targets), shares, loss);
  }
  return mx::sum(mx::multiply(shares, headLosses(hidden, weight, targets, settings)));
}

}  // namespace ft::ops
