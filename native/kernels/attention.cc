// Scaled dot-product attention without the matrix of scores (Dao et al. 2022): a block of queries goes through the keys
// it sees in tiles, with a running softmax. Only the output and each row's log sum exp are kept; the backward pass
// computes the tiles again. What no query of a block sees is never computed: the future, other segments, what lies
// before a window. Reads heads as they lie in memory and writes (batch, length, heads, size), so nothing is transposed.
#include <algorithm>
#include <functional>
#include <vector>

#include "core/blas.h"
#include "core/pool.h"
#include "kernels/heads.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/running.h"
#include "kernels/scratch.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

/** Puts exp(score - logSum) into the place of scores seen, nought into that of the others. */
FT_VECTORISED void sharesOf(float* __restrict scores, size_t begin, size_t end, size_t count, float logSum) {
  for (size_t i = 0; i < begin; i++) scores[i] = 0;
  for (size_t i = begin; i < end; i++) scores[i] = exponential(scores[i] - logSum);
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

constexpr size_t queriesAtOnce = 64, keysAtOnce = 256;
/** Fewer than this many groups of heads are cut into heads, whose gradients by shared keys are added up afterwards. */
constexpr size_t wantedPieces = 8;

struct Range {
  size_t begin, end;
  size_t count() const { return end - begin; }
};

/** Queries of one sequence and the keys that they see: all of `shared`, and of `own` as far as Sight says. */
struct Block {
  size_t batch;
  Range queries, shared, own;
  /** Each of them sees itself and nothing else. */
  bool isAlone = false;
};

/** What queries see of the keys. */
struct Sight {
  SeenKeys seen;
  /** How many keys lie before the first query. */
  size_t offset;

  Range of(size_t query, Range own) const {
    size_t at = query + offset, begin = own.begin;
    if (seen.window != 0 && at + 1 > seen.window) begin = std::max(begin, at + 1 - seen.window);
    size_t end = seen.isCausal ? std::min(own.end, at + 1) : own.end;
    return {std::min(begin, end), end};
  }

  /** All that some query of the block sees of `own`. */
  Range of(const Block& block) const {
    Range first = of(block.queries.begin, block.own), last = of(block.queries.end - 1, block.own);
    return {std::min(first.begin, last.begin), last.end};
  }
};

/** Queries in blocks, none of which reaches over two segments. */
class Plan {
 public:
  Plan(size_t batches, size_t queries, size_t keys, const int32_t* segments, const int32_t* prefixes) {
    for (size_t batch = 0; batch < batches; batch++) {
      if (!segments) cut({batch, {0, queries}, {0, 0}, {0, keys}});
      else cutSegments(batch, queries, segments + batch * queries, prefixes ? prefixes + batch * queries : nullptr);
    }
  }

  std::vector<Block> blocks;

 private:
  void cut(const Block& whole) {
    for (size_t begin = whole.queries.begin; begin < whole.queries.end; begin += queriesAtOnce) {
      Block part = whole;
      part.queries = {begin, std::min(begin + queriesAtOnce, whole.queries.end)};
      blocks.push_back(part);
    }
  }

  void cutSegments(size_t batch, size_t length, const int32_t* segments, const int32_t* prefixes) {
    for (size_t begin = 0, end; begin < length; begin = end) {
      auto continues = [&](size_t at) {
        return segments[at] == segments[begin] && (!prefixes || prefixes[at] == prefixes[begin]);
      };
      for (end = begin + 1; end < length && continues(end); end++) {
      }
      cut({batch, {begin, end}, sharedBy(segments, prefixes, begin), {begin, end}, segments[begin] == 0});
    }
  }

  /** The last run before `begin` of the segment that is seen beside its own. */
  static Range sharedBy(const int32_t* segments, const int32_t* prefixes, size_t begin) {
    if (!prefixes || prefixes[begin] == segments[begin] || segments[begin] == 0) return {0, 0};
    size_t end = begin;
    while (end > 0 && segments[end - 1] != prefixes[begin]) end--;
    size_t start = end;
    while (start > 0 && segments[start - 1] == prefixes[begin]) start--;
    return {start, end};
  }
};

/** Calls visit(keys, rowSees) for tiles of all that a block sees; rowSees(query) is a range within the tile. */
template <class Visit>
void eachTile(const Block& block, const Sight& sight, const Visit& visit) {
  for (size_t at = block.shared.begin; at < block.shared.end; at += keysAtOnce) {
    Range keys{at, std::min(at + keysAtOnce, block.shared.end)};
    visit(keys, [=](size_t) { return Range{0, keys.count()}; });
  }
  Range own = sight.of(block);
  for (size_t at = own.begin; at < own.end; at += keysAtOnce) {
    Range keys{at, std::min(at + keysAtOnce, own.end)};
    visit(keys, [=](size_t query) {
      Range seen = sight.of(query, block.own);
      size_t begin = std::clamp(seen.begin, keys.begin, keys.end), end = std::clamp(seen.end, begin, keys.end);
      return Range{begin - keys.begin, end - keys.begin};
    });
  }
}

/** The Plan of inputs (queries, keys, …) with segments and prefixes, if there are any, from `first` on. */
Plan planOf(const Arrays& inputs, size_t first) {
  auto numbers = [&](size_t index) { return inputs.size() > index ? inputs[index].data<int32_t>() : nullptr; };
  return Plan(inputs[0].shape(0), inputs[0].shape(2), inputs[1].shape(2), numbers(first), numbers(first + 1));
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
  Forward(const Arrays& inputs, Arrays& outputs, float scale, SeenKeys seen)
      : queries(inputs[0]),
        keys(inputs[1]),
        values(inputs[2]),
        out(made(outputs[0])),
        logSums(outputs[1].data<float>()),
        scale(scale),
        sight(sightOf(inputs, seen)),
        plan(planOf(inputs, 3)) {
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
    auto result = out.to(block.batch, head, block.queries.begin);
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
        float fade = seen.count() ? absorb(line + seen.begin, seen.count(), &running[row]) : 1;
        std::fill(line, line + seen.begin, 0.0f);
        std::fill(line + seen.end, line + count, 0.0f);
        if (!isFirst && fade != 1) scaleRow(result.data + row * result.stride, out.size, fade);
      }
      blas::multiply({rows, out.size, count}, 1, {scores, count}, values->from(block.batch, shared, tile.begin),
                     isFirst ? 0 : 1, result);
      isFirst = false;
    });
    float* sums = logSums + (block.batch * queries->heads + head) * queries->length + block.queries.begin;
    for (size_t row = 0; row < rows; row++) {
      scaleRow(result.data + row * result.stride, out.size, 1 / running[row].total);
      sums[row] = running[row].logSum();
    }
  }

  Read queries, keys, values;
  Heads<float> out;
  float* logSums;
  float scale;
  Sight sight;
  Plan plan;
};

/** Of (queries, keys, values, output, log sums, output's cotangent, …): gradients of the first three. */
class Backward {
 public:
  Backward(const Arrays& inputs, Arrays& outputs, float scale, SeenKeys seen)
      : queries(inputs[0]),
        keys(inputs[1]),
        values(inputs[2]),
        output(inputs[3]),
        slopes(inputs[5]),
        logSums(inputs[4].data<float>()),
        queryGradient(made(outputs[0])),
        scale(scale),
        sight(sightOf(inputs, seen)),
        plan(planOf(inputs, 6)),
        groups(queries->heads / keys->heads),
        isByHead(groups > 1 && inputs[0].shape(0) * keys->heads < wantedPieces),
        keyParts(made(outputs[1])),
        valueParts(made(outputs[2])) {
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
    if (block.isAlone) return addAlone(block, head, part);
    size_t batch = block.batch, first = block.queries.begin, rows = block.queries.count(), shared = head / groups;
    float *shares = scratch(2 * queriesAtOnce * keysAtOnce), *changes = shares + queriesAtOnce * keysAtOnce;
    const float* sums = logSums + (batch * queries->heads + head) * queries->length + first;
    float means[queriesAtOnce];
    for (size_t row = 0; row < rows; row++)
      means[row] = dot(output->at(batch, head, first + row), slopes->at(batch, head, first + row), output->size);
    bool isFirst = true;
    eachTile(block, sight, [&](Range tile, const auto& sees) {
      size_t count = tile.count();
      auto line = queries->from(batch, head, first), change = slopes->from(batch, head, first);
      blas::multiply({rows, count, queries->size}, scale, line, keys->transposed(batch, shared, tile.begin), 0,
                     {shares, count});
      for (size_t row = 0; row < rows; row++) {
        Range seen = sees(first + row);
        sharesOf(shares + row * count, seen.begin, seen.end, count, sums[row]);
      }
      blas::multiply({count, values->size, rows}, 1, {shares, count, true}, change, 1,
                     valueParts.to(batch, part, tile.begin));
      blas::multiply({rows, count, values->size}, 1, change, values->transposed(batch, shared, tile.begin), 0,
                     {changes, count});
      for (size_t row = 0; row < rows; row++)
        scoreSlopes(shares + row * count, means[row], count, changes + row * count);
      blas::multiply({rows, queries->size, count}, scale, {changes, count}, keys->from(batch, shared, tile.begin),
                     isFirst ? 0 : 1, queryGradient.to(batch, head, first));
      blas::multiply({count, queries->size, rows}, scale, {changes, count, true}, line, 1,
                     keyParts.to(batch, part, tile.begin));
      isFirst = false;
    });
  }

  Read queries, keys, values, output, slopes;
  const float* logSums;
  Heads<float> queryGradient;
  float scale;
  Sight sight;
  Plan plan;
  /** Heads of queries for each of keys. */
  size_t groups;
  bool isByHead;
  Heads<float> keyParts, valueParts;
};

struct AttentionGradient {
  float scale;
  SeenKeys seen;
  static constexpr const char* name = "AttentionGradient";

  void operator()(const Arrays& inputs, Arrays& outputs) const { Backward(inputs, outputs, scale, seen); }

  bool operator==(const AttentionGradient&) const = default;
};

struct Attention {
  float scale;
  SeenKeys seen;
  static constexpr const char* name = "Attention";

  void operator()(const Arrays& inputs, Arrays& outputs) const { Forward(inputs, outputs, scale, seen); }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) const {
    array slopes = headsFirst(mx::contiguous(likeOutput(cotangents[0], outputs[0])));
    Arrays inputs{primals[0], primals[1], primals[2], headsFirst(outputs[0]), outputs[1], slopes};
    inputs.insert(inputs.end(), primals.begin() + 3, primals.end());
    std::vector<mx::Shape> shapes;
    for (int i = 0; i < 3; i++) shapes.push_back(rowsFirst(primals[i], primals[i].shape(3)));
    Arrays all = computedTogether(shapes, inputs, AttentionGradient{scale, seen});
    Arrays gradients;
    for (int argument : argnums)
      gradients.push_back(argument < 3 ? headsFirst(all[argument]) : mx::zeros_like(primals[argument]));
    return gradients;
  }

  bool operator==(const Attention&) const = default;
};

}  // namespace

array attention(const array& queries, const array& keys, const array& values, float scale, SeenKeys seen,
                const std::vector<array>& segments) {
  Arrays inputs{queries, keys, values};
  for (const array& numbers : segments) inputs.push_back(mx::contiguous(mx::astype(numbers, mx::int32)));
  std::vector<mx::Shape> shapes{rowsFirst(queries, values.shape(3)),
                                {queries.shape(0), queries.shape(1), queries.shape(2)}};
  return headsFirst(computedTogether(shapes, inputs, Attention{scale, seen})[0]);
}

}  // namespace ft::kernels
