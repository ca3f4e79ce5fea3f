// Losses of tokens from hidden rows and the head's weight, without the matrix of logits: a tile of it at a time, of some
// rows by some classes, with a running sum of exponentials (as in Wijmans et al. 2024 and in flash attention).
// The gradient of a row's loss by its hidden row is, but for the loss's cotangent, known when the loss is: so it is
// summed up from the same tiles, and no logit is computed twice unless the weight itself is trained.
#include <algorithm>
#include <vector>

#include "core/blas.h"
#include "core/pool.h"
#include "kernels/classes.h"
#include "kernels/head-tiles.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/running.h"
#include "kernels/scratch.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

/** out = factor * row; nought for a factor of nought, whatever the row is. */
FT_VECTORISED void scaledRow(const float* row, size_t count, float factor, float* __restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = factor == 0 ? 0.0f : factor * row[i];
}

/** In the place of logits: factor * their shares of the softmax, less `evenly`. */
FT_VECTORISED void sharesRow(float* __restrict logits, size_t count, float logSum, float factor, float evenly) {
  for (size_t i = 0; i < count; i++) logits[i] = factor * exponential(logits[i] - logSum) - evenly;
}

FT_VECTORISED void spreadRow(float* __restrict numbers, size_t count, float factor, float evenly) {
  for (size_t i = 0; i < count; i++) numbers[i] = factor * numbers[i] - evenly;
}

void takeTarget(int32_t target, size_t all, Range classes, float share, float* slopes) {
  int64_t chosen = classOf(target, all);
  if (chosen < 0) std::fill(slopes, slopes + classes.count(), std::numeric_limits<float>::quiet_NaN());
  else if (chosen >= static_cast<int64_t>(classes.begin) && chosen < static_cast<int64_t>(classes.end))
    slopes[chosen - classes.begin] -= share;
}

void logitsOf(const float* hidden, const float* weight, size_t width, Range rows, Range classes, float* logits) {
  blas::multiply({rows.count(), classes.count(), width}, 1, {hidden + rows.begin * width, width},
                 {weight + classes.begin * width, width, true}, 0, {logits, classes.count()});
}

namespace {

/** Pieces that rows alone should give; fewer rows are cut by classes too. */
constexpr size_t wantedPieces = 8;

/** One pass over the logits: each row's log sum exp, its target's logit, and where wanted its mean of the weight. */
class Pass {
 public:
  Pass(const array& hidden, const array& weight, const array& targets, float* means)
      : sizes(hidden, weight),
        splits(std::min(sizes.tiles(), (wantedPieces + sizes.blocks() - 1) / sizes.blocks())),
        hidden(hidden.data<float>()),
        weight(weight.data<float>()),
        targets(targets.data<int32_t>()),
        means(means),
        running(splits * sizes.rows),
        chosen(sizes.rows, std::numeric_limits<float>::quiet_NaN()),
        others(means ? (splits - 1) * sizes.rows * sizes.width : 0) {
    pool::each(sizes.blocks() * splits, [this](size_t piece) { run(piece / splits, piece % splits); });
    overRows(sizes.rows, sizes.width * splits, [this](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++) join(row);
    });
  }

  float logSum(size_t row) const { return running[row].logSum(); }

  /** NaN for a target that is not there. */
  float target(size_t row) const { return chosen[row]; }

  const HeadSizes sizes;

 private:
  /** The rows of a block over a share of the tiles. */
  void run(size_t block, size_t split) {
    Range rows = rangeAt(block, rowsAtOnce, sizes.rows);
    float* logits = scratch(rowsAtOnce * classesAtOnce);
    size_t first = sizes.tiles() * split / splits, last = sizes.tiles() * (split + 1) / splits;
    for (size_t tile = first; tile < last; tile++) {
      Range classes = rangeAt(tile, classesAtOnce, sizes.classes);
      logitsOf(hidden, weight, sizes.width, rows, classes, logits);
      for (size_t row = rows.begin; row < rows.end; row++)
        take(row, split, tile > first, classes, logits + (row - rows.begin) * classes.count());
      if (means)
        blas::multiply({rows.count(), sizes.width, classes.count()}, 1, {logits, classes.count()},
                       {weight + classes.begin * sizes.width, sizes.width}, tile > first,
                       {meanOf(split, rows.begin), sizes.width});
    }
  }

  void take(size_t row, size_t split, bool isLater, Range classes, float* logits) {
    int64_t target = classOf(targets[row], sizes.classes);
    if (target >= static_cast<int64_t>(classes.begin) && target < static_cast<int64_t>(classes.end))
      chosen[row] = logits[target - classes.begin];
    float fade = absorb(logits, classes.count(), &running[split * sizes.rows + row]);
    if (means && isLater && fade != 1) scaleRow(meanOf(split, row), sizes.width, fade);
  }

  /** Brings a row's splits together in the first, in their order. */
  void join(size_t row) {
    Running& whole = running[row];
    for (size_t split = 1; split < splits; split++) {
      const Running& part = running[split * sizes.rows + row];
      float most = std::max(whole.most, part.most);
      float mine = exponential(whole.most - most), its = exponential(part.most - most);
      whole = {most, whole.total * mine + part.total * its};
      if (!means) continue;
      if (mine != 1) scaleRow(meanOf(0, row), sizes.width, mine);
      addRow(meanOf(split, row), sizes.width, its, meanOf(0, row));
    }
    if (means) scaleRow(meanOf(0, row), sizes.width, 1 / whole.total);
  }

  float* meanOf(size_t split, size_t row) {
    return (split == 0 ? means : others.data() + (split - 1) * sizes.rows * sizes.width) + row * sizes.width;
  }

  const size_t splits;
  const float *hidden, *weight;
  const int32_t* targets;
  /** Rows of the weight weighted with the softmax: the first split's, in the end everybody's. Null: not wanted. */
  float* const means;
  std::vector<Running> running;
  std::vector<float> chosen, others;
};

/** Of (hidden, weight, targets, losses' cotangents, log sums): the weight's gradient, computed from the logits anew. */
struct HeadWeightGradient {
  HeadLoss loss;
  static constexpr const char* name = "HeadWeightGradient";

  void operator()(const Arrays& inputs, array& out) const {
    HeadSizes sizes(inputs[0], inputs[1]);
    pool::each(sizes.tiles(), [&](size_t tile) {
      Range classes = rangeAt(tile, classesAtOnce, sizes.classes);
      for (size_t block = 0; block < sizes.blocks(); block++) add(inputs, sizes, classes, block, out.data<float>());
    });
  }

  void add(const Arrays& inputs, const HeadSizes& sizes, Range classes, size_t block, float* gradient) const {
    const float *hidden = inputs[0].data<float>(), *weight = inputs[1].data<float>();
    const float *cotangents = inputs[3].data<float>(), *logSums = inputs[4].data<float>();
    Range rows = rangeAt(block, rowsAtOnce, sizes.rows);
    float* logits = scratch(rowsAtOnce * classesAtOnce);
    logitsOf(hidden, weight, sizes.width, rows, classes, logits);
    for (size_t row = rows.begin; row < rows.end; row++)
      slopes(inputs[2].data<int32_t>()[row], cotangents[row], logSums[row], sizes.classes, classes,
             logits + (row - rows.begin) * classes.count());
    blas::multiply({classes.count(), sizes.width, rows.count()}, 1, {logits, classes.count(), true},
                   {hidden + rows.begin * sizes.width, sizes.width}, block > 0,
                   {gradient + classes.begin * sizes.width, sizes.width});
  }

  /** The loss's slopes by a row's logits, in their place. */
  void slopes(int32_t target, float cotangent, float logSum, size_t all, Range classes, float* logits) const {
    if (cotangent == 0) return std::fill(logits, logits + classes.count(), 0.0f);
    float evenly = cotangent * loss.smoothing / static_cast<float>(all);
    sharesRow(logits, classes.count(), logSum, cotangent * (1 + 2 * loss.zLoss * logSum), evenly);
    takeTarget(target, all, classes, cotangent * (1 - loss.smoothing), logits);
  }

  bool operator==(const HeadWeightGradient&) const = default;
};

/** Rows of the second input times the numbers of the first. */
struct ScaledRows {
  static constexpr const char* name = "ScaledRows";

  void operator()(const Arrays& inputs, array& out) const {
    const float *factors = inputs[0].data<float>(), *rows = inputs[1].data<float>();
    float* scaled = out.data<float>();
    size_t width = out.shape(1);
    overRows(out.shape(0), width, [=](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++)
        scaledRow(rows + row * width, width, factors[row], scaled + row * width);
    });
  }

  bool operator==(const ScaledRows&) const = default;
};

/**
 * Of (hidden, weight, targets, mean row of the weight): losses, log sums and, `withSlopes`, each loss's gradient by its
 * hidden row. The mean row is read only where there is smoothing.
 */
struct HeadLosses {
  HeadLoss loss;
  bool withSlopes;
  static constexpr const char* name = "HeadLosses";

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    float* slopes = withSlopes ? outputs[2].data<float>() : nullptr;
    Pass pass(inputs[0], inputs[1], inputs[2], slopes);
    size_t width = pass.sizes.width;
    float *losses = outputs[0].data<float>(), *logSums = outputs[1].data<float>();
    overRows(pass.sizes.rows, width, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++) {
        logSums[row] = pass.logSum(row);
        losses[row] = lossOf(pass, row, inputs);
        if (slopes) finish(inputs, row, logSums[row], width, slopes + row * width);
      }
    });
  }

  float lossOf(const Pass& pass, size_t row, const Arrays& inputs) const {
    float logSum = pass.logSum(row);
    float value = logSum - (1 - loss.smoothing) * pass.target(row) + loss.zLoss * logSum * logSum;
    if (loss.smoothing == 0) return value;
    const float *hidden = inputs[0].data<float>() + row * pass.sizes.width, *mean = inputs[3].data<float>();
    return value - loss.smoothing * sum(pass.sizes.width, [&](size_t i) { return hidden[i] * mean[i]; });
  }

  /** From the mean of the weight by the softmax to the slopes of the loss. */
  void finish(const Arrays& inputs, size_t row, float logSum, size_t width, float* slopes) const {
    int64_t target = classOf(inputs[2].data<int32_t>()[row], inputs[1].shape(0));
    if (target < 0) return std::fill(slopes, slopes + width, std::numeric_limits<float>::quiet_NaN());
    if (loss.zLoss != 0) scaleRow(slopes, width, 1 + 2 * loss.zLoss * logSum);
    addRow(inputs[1].data<float>() + target * width, width, loss.smoothing - 1, slopes);
    if (loss.smoothing != 0) addRow(inputs[3].data<float>(), width, -loss.smoothing, slopes);
  }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) const {
    array cotangent = mx::contiguous(likeOutput(cotangents[0], outputs[0]));
    Arrays gradients;
    for (int argument : argnums) {
      const array& primal = primals[argument];
      if (argument == 0) {
        array slopes = withSlopes ? outputs[2] : of(primals, loss, true)[2];
        gradients.push_back(computed(primal.shape(), {cotangent, slopes}, ScaledRows{}));
      } else if (argument == 1) {
        Arrays inputs{primals[0], primal, primals[2], cotangent, outputs[1]};
        gradients.push_back(computed(primal.shape(), inputs, HeadWeightGradient{loss}));
      } else {
        gradients.push_back(mx::zeros_like(primal));
      }
    }
    return gradients;
  }

  static Arrays of(const Arrays& inputs, HeadLoss loss, bool withSlopes) {
    int rows = inputs[0].shape(0);
    std::vector<mx::Shape> shapes{{rows}, {rows}};
    if (withSlopes) shapes.push_back(inputs[0].shape());
    return computedTogether(shapes, inputs, HeadLosses{loss, withSlopes});
  }

  bool operator==(const HeadLosses&) const = default;
};

}  // namespace

array headLosses(const array& hidden, const array& weight, const array& targets, HeadLoss loss) {
  // The smoothing's part in the gradient by the weight is in HeadWeightGradient.
  array mean = loss.smoothing == 0 ? mx::zeros({1}) : mx::stop_gradient(mx::mean(weight, 0));
  Arrays inputs{mx::contiguous(hidden), mx::contiguous(weight), mx::contiguous(targets), mx::contiguous(mean)};
  return HeadLosses::of(inputs, loss, hidden.is_tracer())[0];
}

}  // namespace ft::kernels
