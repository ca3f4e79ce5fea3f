// Scaled dot-product attention without the matrix of scores (Dao et al. 2022): a block of queries goes through the keys
// it sees in tiles, with a running softmax. Only the output and what each row's softmax came to are kept; the backward
// pass computes the tiles again. What no query of a block sees is never computed: the future, other segments, what lies
// before a window. Reads heads as they lie in memory and writes (batch, length, heads, size), so nothing is transposed.
#include <algorithm>
#include <functional>
#include <optional>
#include <vector>

#include "core/blas.h"
#include "core/pool.h"
#include "kernels/attention-tiles.h"
#include "kernels/heads.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/running.h"
#include "kernels/score-shape.h"
#include "kernels/scratch.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

/**
 * Puts exp(score - most) / total into the place of scores seen, nought into that of the others. Not by one log of the
 * sum: scores of some hundreds leave that no digits for shares near one.
 */
FT_VECTORISED void sharesOf(float* __restrict scores, size_t begin, size_t end, size_t count, float most, float total) {
  float factor = 1 / total;
  for (size_t i = 0; i < begin; i++) scores[i] = 0;
  for (size_t i = begin; i < end; i++) scores[i] = exponential(scores[i] - most) * factor;
  for (size_t i = end; i < count; i++) scores[i] = 0;
}

/** In the place of slopes by the shares: those by the scores. */
FT_VECTORISED void scoreSlopes(const float* shares, float mean, size_t count, float* __restrict slopes) {
  for (size_t i = 0; i < count; i++) slopes[i] = shares[i] * (slopes[i] - mean);
}

FT_VECTORISED float dot(const float* a, const float* b, size_t count) {
  return sum(count, [&](size_t i) { return a[i] * b[i]; });
}

namespace {

/** Fewer than this many groups of heads are cut into heads, whose gradients by shared keys are added up afterwards. */
constexpr size_t wantedPieces = 8;

/** What attention does; sinks, what is added for keys, and starts or segments and prefixes, if there are any, are inputs. */
struct Rules {
  float scale, cap;
  SeenKeys seen;
  bool hasSinks, hasKeyBias, hasStarts;

  size_t afterShape(size_t first) const { return first + hasSinks + hasKeyBias; }

  bool operator==(const Rules&) const = default;
};

/** What shapes the scores, from `first` on among the inputs. */
ScoreShape shapeOf(const Arrays& inputs, size_t first, const Rules& rules) {
  ScoreShape shape{.cap = rules.cap};
  if (rules.hasSinks) shape.sinks = inputs[first].data<float>();
  if (rules.hasKeyBias) shape.addBias(inputs[first + rules.hasSinks]);
  return shape;
}

/** The Plan of inputs (queries, keys, …), with what shapes the scores and then starts or segments from `first` on. */
Plan planOf(const Arrays& inputs, size_t first, const Rules& rules) {
  size_t at = rules.afterShape(first);
  auto numbers = [&](size_t index) { return inputs.size() > index ? inputs[index].data<int32_t>() : nullptr; };
  Divisions divisions{nullptr, numbers(at), numbers(at + 1)};
  if (rules.hasStarts) divisions = {numbers(at), nullptr, nullptr};
  return Plan(inputs[0].shape(0), inputs[0].shape(2), inputs[1].shape(2), divisions, rules.hasSinks);
}

Sight sightOf(const Arrays& inputs, SeenKeys seen) {
  return {seen, static_cast<size_t>(inputs[1].shape(2) - (seen.isCausal ? inputs[0].shape(2) : inputs[1].shape(2)))};
}

/** Whether the products are worth more than one thread. */
bool isWorthThreads(const Arrays& inputs) {
  constexpr double leastWork = 1e6;
  return static_cast<double>(inputs[0].size()) * inputs[1].shape(2) >= leastWork;
}

void eachPiece(bool inThreads, size_t count, const std::function<void(size_t)>& work) {
  if (inThreads) return pool::each(count, work);
  for (size_t index = 0; index < count; index++) work(index);
}

class Forward {
 public:
  Forward(const Arrays& inputs, Arrays& outputs, const Rules& rules)
      : queries(inputs[0]),
        keys(inputs[1]),
        values(inputs[2]),
        out(made(outputs[0])),
        sums(reinterpret_cast<Running*>(outputs[1].data<float>())),
        scale(rules.scale),
        shape(shapeOf(inputs, 3, rules)),
        sight(sightOf(inputs, rules.seen)),
        plan(planOf(inputs, 3, rules)) {
    size_t heads = queries->heads;
    eachPiece(isWorthThreads(inputs), plan.blocks.size() * heads,
              // The last blocks see most: they come first.
              [&](size_t piece) { run(plan.blocks[plan.blocks.size() - 1 - piece / heads], piece % heads); });
  }

 private:
  void run(const Block& block, size_t head) {
    size_t rows = block.queries.count(), shared = head / (queries->heads / keys->heads);
    float* scores = scratch(queriesAtOnce * keysAtOnce);
    Running running[queriesAtOnce];
    std::fill_n(running, rows, shape.start(head));
    auto result = out.to(block.batch, head, block.queries.begin);
    Running* kept = sums + (block.batch * queries->heads + head) * queries->length + block.queries.begin;
    if (block.isBlind) {
      for (size_t row = 0; row < rows; row++) std::fill_n(result.data + row * result.stride, out.size, 0.0f);
      std::fill_n(kept, rows, Running{0, 1});
      return;
    }
    if (block.isAlone) {
      for (size_t row = 0; row < rows; row++)
        std::copy_n(values->at(block.batch, shared, block.queries.begin + row), out.size,
                    result.data + row * result.stride);
      return;
    }
    bool isFirst = true;
    eachTile(block, sight, [&](Range tile, const auto& sees) {
      size_t count = tile.count();
      blas::multiply({rows, count, queries->size}, scale, queries->from(block.batch, head, block.queries.begin),
                     keys->transposed(block.batch, shared, tile.begin), 0, {scores, count});
      for (size_t row = 0; row < rows; row++) {
        Range seen = sees(block.queries.begin + row);
        float* line = scores + row * count;
        shape.apply(line + seen.begin, seen.count(), shape.added(block.batch, head, tile.begin + seen.begin));
        float fade = seen.count() ? absorb(line + seen.begin, seen.count(), &running[row]) : 1;
        std::fill(line, line + seen.begin, 0.0f);
        std::fill(line + seen.end, line + count, 0.0f);
        if (!isFirst && fade != 1) scaleRow(result.data + row * result.stride, out.size, fade);
      }
      blas::multiply({rows, out.size, count}, 1, {scores, count}, values->from(block.batch, shared, tile.begin),
                     isFirst ? 0 : 1, result);
      isFirst = false;
    });
    for (size_t row = 0; row < rows; row++) {
      scaleRow(result.data + row * result.stride, out.size, 1 / running[row].total);
      kept[row] = running[row];
    }
  }

  Read queries, keys, values;
  Heads<float> out;
  /** Of each row: (batch, heads, length). */
  Running* sums;
  float scale;
  ScoreShape shape;
  Sight sight;
  Plan plan;
};

/** Of (queries, keys, values, output, softmaxes, output's cotangent, …): gradients of the first three, and of sinks. */
class Backward {
 public:
  Backward(const Arrays& inputs, Arrays& outputs, const Rules& rules)
      : queries(inputs[0]),
        keys(inputs[1]),
        values(inputs[2]),
        output(inputs[3]),
        slopes(inputs[5]),
        rowSums(reinterpret_cast<const Running*>(inputs[4].data<float>())),
        queryGradient(made(outputs[0])),
        scale(rules.scale),
        shape(shapeOf(inputs, 6, rules)),
        sight(sightOf(inputs, rules.seen)),
        plan(planOf(inputs, 6, rules)),
        groups(queries->heads / keys->heads),
        isByHead(groups > 1 && inputs[0].shape(0) * keys->heads < wantedPieces),
        keyParts(made(outputs[1])),
        valueParts(made(outputs[2])),
        sinkGradient(rules.hasSinks ? outputs[3].data<float>() : nullptr) {
    std::vector<float> keyMemory, valueMemory;
    if (isByHead) {
      keyParts = widened(keyParts, keyMemory, inputs[0].shape(0));
      valueParts = widened(valueParts, valueMemory, inputs[0].shape(0));
    }
    bool inThreads = isWorthThreads(inputs);
    eachPiece(inThreads, inputs[0].shape(0) * keyParts.heads,
              [&](size_t piece) { run(piece / keyParts.heads, piece % keyParts.heads); });
    if (!isByHead) return;
    join(keyParts, made(outputs[1]), inputs[0].shape(0));
    join(valueParts, made(outputs[2]), inputs[0].shape(0));
  }

 private:
  /** Room for a gradient of each head instead of each group. */
  Heads<float> widened(const Heads<float>& of, std::vector<float>& memory, size_t batches) const {
    size_t heads = of.heads * groups;
    memory.resize(batches * of.length * heads * of.size);
    return {memory.data(), heads, of.length, of.size, of.length * heads * of.size, of.size, heads * of.size};
  }

  void join(const Heads<float>& parts, const Heads<float>& whole, size_t batches) const {
    overRows(batches * whole.length, parts.heads * whole.size, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++)
        for (size_t head = 0; head < whole.heads; head++) {
          float* sum = whole.data + row * whole.rowStride + head * whole.size;
          const float* part = parts.data + row * parts.rowStride + head * groups * whole.size;
          std::copy(part, part + whole.size, sum);
          for (size_t other = 1; other < groups; other++) addRow(part + other * whole.size, whole.size, 1, sum);
        }
    });
  }

  /** All queries of one head, or of the heads that share one of keys. */
  void run(size_t batch, size_t part) {
    for (size_t row = 0; row < keyParts.length; row++) {
      std::fill_n(keyParts.at(batch, part, row), keyParts.size, 0.0f);
      std::fill_n(valueParts.at(batch, part, row), valueParts.size, 0.0f);
    }
    size_t count = isByHead ? 1 : groups;
    if (sinkGradient) std::fill_n(sinkGradient + batch * queries->heads + part * count, count, 0.0f);
    for (const Block& block : plan.blocks)
      if (block.batch == batch)
        for (size_t head = part * count; head < (part + 1) * count; head++) add(block, head, part);
  }

  /** The softmax of one score does not change. */
  void addAlone(const Block& block, size_t head, size_t part) {
    for (size_t row = block.queries.begin; row < block.queries.end; row++) {
      std::fill_n(queryGradient.at(block.batch, head, row), queryGradient.size, 0.0f);
      addRow(slopes->at(block.batch, head, row), values->size, 1, valueParts.at(block.batch, part, row));
    }
  }

  void add(const Block& block, size_t head, size_t part) {
    if (block.isBlind) {
      for (size_t row = block.queries.begin; row < block.queries.end; row++)
        std::fill_n(queryGradient.at(block.batch, head, row), queryGradient.size, 0.0f);
      return;
    }
    if (block.isAlone) return addAlone(block, head, part);
    size_t batch = block.batch, first = block.queries.begin, rows = block.queries.count(), shared = head / groups;
    constexpr size_t tileSize = queriesAtOnce * keysAtOnce;
    float *shares = scratch(3 * tileSize), *changes = shares + tileSize, *bends = changes + tileSize;
    const Running* sums = rowSums + (batch * queries->heads + head) * queries->length + first;
    // A mean of slopes by the shares. Of all keys at once it is summed as they are, so that a query sure of one key gets
    // no slope, as none is due; over several tiles only the product with the output is known before the last, and its
    // rounding becomes a slope: small, but what AdamW makes of a small slope is not.
    bool isWhole = seesOneTile(block, sight);
    float means[queriesAtOnce];
    for (size_t row = 0; row < rows && !isWhole; row++)
      means[row] = dot(output->at(batch, head, first + row), slopes->at(batch, head, first + row), output->size);
    bool isFirst = true;
    eachTile(block, sight, [&](Range tile, const auto& sees) {
      size_t count = tile.count();
      auto line = queries->from(batch, head, first), change = slopes->from(batch, head, first);
      blas::multiply({rows, count, queries->size}, scale, line, keys->transposed(batch, shared, tile.begin), 0,
                     {shares, count});
      for (size_t row = 0; row < rows; row++) {
        Range seen = sees(first + row);
        size_t at = row * count + seen.begin;
        shape.apply(shares + at, seen.count(), shape.added(batch, head, tile.begin + seen.begin), bends + at);
        sharesOf(shares + row * count, seen.begin, seen.end, count, sums[row].most, sums[row].total);
      }
      blas::multiply({count, values->size, rows}, 1, {shares, count, true}, change, 1,
                     valueParts.to(batch, part, tile.begin));
      blas::multiply({rows, count, values->size}, 1, change, values->transposed(batch, shared, tile.begin), 0,
                     {changes, count});
      for (size_t row = 0; row < rows; row++) {
        if (isWhole) means[row] = dot(shares + row * count, changes + row * count, count);
        scoreSlopes(shares + row * count, means[row], count, changes + row * count);
        if (shape.cap == 0) continue;
        Range seen = sees(first + row);
        scaleByRow(bends + row * count + seen.begin, seen.count(), changes + row * count + seen.begin);
      }
      blas::multiply({rows, queries->size, count}, scale, {changes, count}, keys->from(batch, shared, tile.begin),
                     isFirst ? 0 : 1, queryGradient.to(batch, head, first));
      blas::multiply({count, queries->size, rows}, scale, {changes, count, true}, line, 1,
                     keyParts.to(batch, part, tile.begin));
      isFirst = false;
    });
    if (sinkGradient) sinkGradient[batch * queries->heads + head] += shape.sinkSlope(head, sums, means, rows);
  }

  Read queries, keys, values, output, slopes;
  const Running* rowSums;
  Heads<float> queryGradient;
  float scale;
  ScoreShape shape;
  Sight sight;
  Plan plan;
  /** Heads of queries for each of keys. */
  size_t groups;
  bool isByHead;
  Heads<float> keyParts, valueParts;
  /** (batch, heads). */
  float* sinkGradient;
};

struct AttentionGradient {
  Rules rules;
  static constexpr const char* name = "AttentionGradient";

  void operator()(const Arrays& inputs, Arrays& outputs) const { Backward(inputs, outputs, rules); }

  bool operator==(const AttentionGradient&) const = default;
};

struct Attention {
  Rules rules;
  static constexpr const char* name = "Attention";

  void operator()(const Arrays& inputs, Arrays& outputs) const { Forward(inputs, outputs, rules); }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) const {
    array slopes = headsFirst(mx::contiguous(likeOutput(cotangents[0], outputs[0])));
    Arrays inputs{primals[0], primals[1], primals[2], headsFirst(outputs[0]), outputs[1], slopes};
    inputs.insert(inputs.end(), primals.begin() + 3, primals.end());
    std::vector<mx::Shape> shapes;
    for (int i = 0; i < 3; i++) shapes.push_back(rowsFirst(primals[i], primals[i].shape(3)));
    if (rules.hasSinks) shapes.push_back({primals[0].shape(0), primals[0].shape(1)});
    Arrays all = computedTogether(shapes, inputs, AttentionGradient{rules});
    Arrays gradients;
    for (int argument : argnums) {
      if (argument < 3) gradients.push_back(headsFirst(all[argument]));
      else if (argument == 3 && rules.hasSinks) gradients.push_back(mx::sum(all[3], 0));
      else gradients.push_back(mx::zeros_like(primals[argument]));
    }
    return gradients;
  }

  bool operator==(const Attention&) const = default;
};

}  // namespace

array attention(const array& queries, const array& keys, const array& values, const ScoreRules& rules,
                const std::vector<array>& segments, const std::optional<array>& starts) {
  Arrays inputs{queries, keys, values};
  auto floats = [](const array& given) { return mx::contiguous(mx::astype(given, mx::float32)); };
  if (rules.sinks) inputs.push_back(floats(*rules.sinks));
  if (rules.keyBias) inputs.push_back(floats(*rules.keyBias));
  for (const array& numbers : starts ? Arrays{*starts} : segments)
    inputs.push_back(mx::contiguous(mx::astype(numbers, mx::int32)));
  std::vector<mx::Shape> shapes{rowsFirst(queries, values.shape(3)),
                                {queries.shape(0), queries.shape(1), queries.shape(2), 2}};
  Rules own{rules.scale, rules.cap, rules.seen, rules.sinks.has_value(), rules.keyBias.has_value(), starts.has_value()};
  return headsFirst(computedTogether(shapes, inputs, Attention{own})[0]);
}

}  // namespace ft::kernels
