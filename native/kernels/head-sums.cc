// The weighted sum of tokens' losses from hidden rows and a head that is trained. But for one factor, the gradients by
// both are known when the sum is: they are made with it, from logits of some rows at a time that are computed once.
#include <algorithm>
#include <vector>

#include "core/blas.h"
#include "core/pool.h"
#include "kernels/classes.h"
#include "kernels/head-tiles.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/running.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED float sumOf(const float* numbers, size_t count) {
  return sum(count, [&](size_t i) { return numbers[i]; });
}

namespace {

/** Most logits at once. */
constexpr size_t mostLogits = size_t{1} << 24;
/** Rows at once that are worth passing over the weight's gradient for. */
constexpr size_t leastRows = 64;
/** Pieces of the sum over classes that makes hidden rows' gradients. */
constexpr size_t mostSplits = 16;

/** Rows that are taken at a time. */
size_t rowsOfPart(const HeadSizes& sizes) {
  size_t atOnce = std::max(leastRows, mostLogits / sizes.classes);
  size_t parts = (sizes.rows + atOnce - 1) / atOnce;
  return (sizes.rows + parts - 1) / parts;
}

size_t splitsOf(const HeadSizes& sizes) { return std::min(sizes.tiles(), mostSplits); }

/** Numbers of memory to work in: logits, and a sum for each split. */
size_t workOf(const HeadSizes& sizes, bool withHidden) {
  return rowsOfPart(sizes) * (sizes.classes + (withHidden ? splitsOf(sizes) * sizes.width : 0));
}

/** Where the gradients go; that by the hidden rows is null where nobody asks for it. And memory to work in. */
struct Gradients {
  float *hidden, *weight, *work;
};

/** Some rows at a time over all classes: logits, sums, then slopes in their place and the products with them. */
class Parts {
 public:
  Parts(const Arrays& inputs, HeadLoss loss, Gradients gradients)
      : sizes(inputs[0], inputs[1]),
        loss(loss),
        gradients(gradients),
        hidden(inputs[0].data<float>()),
        weight(inputs[1].data<float>()),
        targets(inputs[2].data<int32_t>()),
        shares(inputs[3].data<float>()),
        most(rowsOfPart(sizes)),
        splits(splitsOf(sizes)),
        logits(gradients.work),
        sums(logits + most * sizes.classes),
        tiles(sizes.tiles() * most),
        logSums(most) {}

  /** The sum of the losses. */
  double run() {
    double total = 0;
    for (size_t part = 0; part * most < sizes.rows; part++) {
      rows = rangeAt(part, most, sizes.rows);
      pool::each(sizes.tiles(), [this](size_t tile) { look(tile); });
      for (size_t row = 0; row < rows.count(); row++) total += lossOf(row);
      pool::each(splits, [this](size_t split) { learn(split); });
      if (gradients.hidden) join();
    }
    return total;
  }

 private:
  /** What a row's logits of one tile come to. */
  struct Tile {
    Running running;
    /** NaN where the target is none of its classes. */
    float target, sum;
  };

  Range classesOf(size_t tile) const { return rangeAt(tile, classesAtOnce, sizes.classes); }
  float* logitsAt(size_t tile) { return logits + tile * classesAtOnce * rows.count(); }
  Tile& tileAt(size_t tile, size_t row) { return tiles[tile * most + row]; }

  /** Logits of a tile, each row's brought to what its largest makes 1. */
  void look(size_t tile) {
    Range classes = classesOf(tile);
    float* first = logitsAt(tile);
    logitsOf(hidden, weight, sizes.width, rows, classes, first);
    for (size_t row = 0; row < rows.count(); row++) {
      float* numbers = first + row * classes.count();
      int64_t target = classOf(targets[rows.begin + row], sizes.classes);
      bool isHere = target >= static_cast<int64_t>(classes.begin) && target < static_cast<int64_t>(classes.end);
      float chosen = isHere ? numbers[target - classes.begin] : std::numeric_limits<float>::quiet_NaN();
      tileAt(tile, row) = {{}, chosen, loss.smoothing == 0 ? 0 : sumOf(numbers, classes.count())};
      absorb(numbers, classes.count(), &tileAt(tile, row).running);
    }
  }

  /** A row's share of the sum, once its tiles are looked at. */
  double lossOf(size_t row) {
    Running whole;
    double all = 0;
    for (size_t tile = 0; tile < sizes.tiles(); tile++) {
      const Tile& one = tileAt(tile, row);
      float top = std::max(whole.most, one.running.most);
      whole = {top, whole.total * exponential(whole.most - top) + one.running.total * exponential(one.running.most - top)};
      all += one.sum;
    }
    float logSum = logSums[row] = whole.logSum();
    float share = shares[rows.begin + row];
    if (share == 0) return 0;
    int64_t target = classOf(targets[rows.begin + row], sizes.classes);
    if (target < 0) return std::numeric_limits<double>::quiet_NaN();
    double chosen = tileAt(target / classesAtOnce, row).target, mean = all / static_cast<double>(sizes.classes);
    return share * (logSum - (1 - loss.smoothing) * chosen + loss.zLoss * logSum * logSum - loss.smoothing * mean);
  }

  /** The gradients from a share of the tiles; of the hidden rows, a part of the sum. */
  void learn(size_t split) {
    size_t first = sizes.tiles() * split / splits, last = sizes.tiles() * (split + 1) / splits, width = sizes.width;
    for (size_t tile = first; tile < last; tile++) {
      Range classes = classesOf(tile);
      float* slopes = logitsAt(tile);
      for (size_t row = 0; row < rows.count(); row++) turn(tile, row, classes, slopes + row * classes.count());
      blas::multiply({classes.count(), width, rows.count()}, 1, {slopes, classes.count(), true},
                     {hidden + rows.begin * width, width}, rows.begin > 0,
                     {gradients.weight + classes.begin * width, width});
      if (gradients.hidden)
        blas::multiply({rows.count(), width, classes.count()}, 1, {slopes, classes.count()},
                       {weight + classes.begin * width, width}, tile > first, {sumAt(split), width});
    }
  }

  /** From what `look` left of a row's logits to the loss's slopes by them. */
  void turn(size_t tile, size_t row, Range classes, float* numbers) {
    float share = shares[rows.begin + row], logSum = logSums[row];
    if (share == 0) return std::fill(numbers, numbers + classes.count(), 0.0f);
    float factor = share * (1 + 2 * loss.zLoss * logSum) * exponential(tileAt(tile, row).running.most - logSum);
    spreadRow(numbers, classes.count(), factor, share * loss.smoothing / static_cast<float>(sizes.classes));
    takeTarget(targets[rows.begin + row], sizes.classes, classes, share * (1 - loss.smoothing), numbers);
  }

  float* sumAt(size_t split) { return sums + split * most * sizes.width; }

  /** The splits' sums in their order. */
  void join() {
    size_t width = sizes.width;
    overRows(rows.count(), width * splits, [this, width](size_t begin, size_t end) {
      size_t count = (end - begin) * width, from = begin * width;
      float* out = gradients.hidden + rows.begin * width + from;
      std::copy(sumAt(0) + from, sumAt(0) + from + count, out);
      for (size_t split = 1; split < splits; split++) addRow(sumAt(split) + from, count, 1, out);
    });
  }

  const HeadSizes sizes;
  const HeadLoss loss;
  const Gradients gradients;
  const float *hidden, *weight;
  const int32_t* targets;
  const float* shares;
  /** Rows of a part, and into how many sums classes are split. */
  const size_t most, splits;
  float *const logits, *const sums;
  Range rows{0, 0};
  std::vector<Tile> tiles;
  std::vector<float> logSums;
};

/**
 * Of (hidden, weight, targets, shares): the sum, its gradient by the weight, memory to work in, which MLX counts and gives
 * back, and where wanted the gradient by the hidden rows.
 */
struct HeadLossSum {
  HeadLoss loss;
  bool withHidden;
  static constexpr const char* name = "HeadLossSum";

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    Gradients gradients{withHidden ? outputs[3].data<float>() : nullptr, outputs[1].data<float>(),
                        outputs[2].data<float>()};
    double sum = Parts(inputs, loss, gradients).run();
    *outputs[0].data<float>() = static_cast<float>(sum);
  }

  /** Shares are no variables. */
  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) const {
    array factor = likeOutput(cotangents[0], outputs[0]);
    Arrays gradients;
    for (int argument : argnums) {
      if (argument == 0 && withHidden) gradients.push_back(mx::multiply(factor, outputs[3]));
      else if (argument == 1) gradients.push_back(mx::multiply(factor, outputs[1]));
      else gradients.push_back(mx::zeros_like(primals[argument]));
    }
    return gradients;
  }

  bool operator==(const HeadLossSum&) const = default;
};

}  // namespace

array headLossSum(const array& hidden, const array& weight, const array& targets, const array& shares, HeadLoss loss) {
  Arrays inputs{mx::contiguous(hidden), mx::contiguous(weight), mx::contiguous(targets), mx::contiguous(shares)};
  bool withHidden = hidden.is_tracer();
  int work = static_cast<int>(workOf({hidden, weight}, withHidden));
  std::vector<mx::Shape> shapes{{}, weight.shape(), {work}};
  if (withHidden) shapes.push_back(hidden.shape());
  return computedTogether(shapes, inputs, HeadLossSum{loss, withHidden})[0];
}

}  // namespace ft::kernels
