// Keys are cut into chunks that begin with the first one a sequence's queries see; each chunk has a softmax of its own,
// and these are put together in their order. So threads share even one long sequence, and no cut depends on others.
#include "kernels/few-queries.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/pool.h"
#include "kernels/attention-tiles.h"
#include "kernels/few-rows.h"
#include "kernels/heads.h"
#include "kernels/primitive.h"
#include "kernels/running.h"
#include "kernels/score-shape.h"
#include "kernels/scratch.h"
#include "kernels/vector.h"

namespace ft::kernels {

namespace {

constexpr size_t columnsAtOnce = 64;

/** `rows` rows of shares, `stride` apart, times values: up to 64 columns, each sum in the order of the values. */
template <size_t rows>
FT_INLINE void mixColumns(const float* shares, size_t stride, const Heads<const float>& values, const float* from,
                          size_t count, size_t columns, float* out) {
  constexpr size_t parts = columnsAtOnce / 16;
  if (columns == columnsAtOnce) {
    Sixteen sums[rows][parts] = {};
    for (size_t key = 0; key < count; key++, from += values.rowStride)
      for (size_t part = 0; part < parts; part++) {
        Sixteen value;
        widen(from + 16 * part, value);
        for (size_t row = 0; row < rows; row++) sums[row][part] += value * shares[row * stride + key];
      }
    for (size_t row = 0; row < rows; row++) std::memcpy(out + row * values.size, sums[row], sizeof sums[row]);
    return;
  }
  for (size_t row = 0; row < rows; row++) std::fill_n(out + row * values.size, columns, 0.0f);
  for (size_t key = 0; key < count; key++, from += values.rowStride)
    for (size_t row = 0; row < rows; row++)
      for (size_t i = 0; i < columns; i++) out[row * values.size + i] += from[i] * shares[row * stride + key];
}

}  // namespace

/** out (rows, size) = shares (rows, count) times `count` rows of values from `from` on. */
FT_VECTORISED void mixValues(const float* shares, size_t rows, const Heads<const float>& values, const float* from,
                             size_t count, float* out) {
  for (size_t at = 0; at < values.size; at += columnsAtOnce) {
    size_t columns = std::min(columnsAtOnce, values.size - at), row = 0;
    for (; row + 3 <= rows; row += 3)
      mixColumns<3>(shares + row * count, count, values, from + at, count, columns, out + row * values.size + at);
    for (; row < rows; row++)
      mixColumns<1>(shares + row * count, count, values, from + at, count, columns, out + row * values.size + at);
  }
}

FT_VECTORISED void scaledRow(const float* from, size_t count, float factor, float* to) {
  for (size_t i = 0; i < count; i++) to[i] = factor * from[i];
}

namespace {

struct FewRules {
  float scale, cap;
  SeenKeys seen;
  bool hasSinks, hasKeyBias, hasStarts;
  bool operator==(const FewRules&) const = default;
};

/** Keys of one head of one sequence, and where what they come to is kept. */
struct Chunk {
  size_t batch, head;
  Range keys;
};

class FewQueries {
 public:
  FewQueries(const Arrays& inputs, Arrays& outputs, const FewRules& rules)
      : queries(inputs[0]),
        keys(inputs[1]),
        values(inputs[2]),
        out(made(outputs[0])),
        scale(rules.scale),
        sight{rules.seen, static_cast<size_t>(rules.seen.isCausal ? inputs[1].shape(2) - inputs[0].shape(2) : 0)},
        groups(queries->heads / keys->heads),
        rows(groups * queries->length) {
    shape.cap = rules.cap;
    if (rules.hasSinks) shape.sinks = inputs[3].data<float>();
    if (rules.hasKeyBias) shape.addBias(inputs[3 + rules.hasSinks]);
    const int32_t* starts = rules.hasStarts ? inputs.back().data<int32_t>() : nullptr;
    for (size_t batch = 0; batch < static_cast<size_t>(inputs[0].shape(0)); batch++)
      cut(batch, starts ? std::clamp<int64_t>(starts[batch], 0, keys->length) : 0);
    mixed.reset(new float[chunks.size() * rows * out.size]);
    runnings.resize(chunks.size() * rows);
    run();
  }

 private:
  /** All that queries of a sequence see, in chunks; the first begins with the first key that one of them sees. */
  void cut(size_t batch, size_t start) {
    Range own{start, keys->length};
    owns.push_back(own);
    size_t begin = own.end, end = own.begin;
    for (size_t query = 0; query < queries->length; query++) {
      Range seen = sight.of(query, own);
      if (seen.count() == 0) continue;
      begin = std::min(begin, seen.begin), end = std::max(end, seen.end);
    }
    for (size_t head = 0; head < keys->heads; head++) {
      firsts.push_back(chunks.size());
      for (size_t at = begin; at < end; at += keysAtOnce)
        chunks.push_back({batch, head, {at, std::min(at + keysAtOnce, end)}});
    }
  }

  void run() {
    constexpr size_t leastWork = 1 << 16;
    auto compute = [&](size_t index) { attend(index); };
    size_t work = chunks.size() * keysAtOnce * rows * queries->size;
    if (work >= leastWork) pool::each(chunks.size(), compute);
    else
      for (size_t index = 0; index < chunks.size(); index++) compute(index);
    firsts.push_back(chunks.size());
    for (size_t pair = 0; pair + 1 < firsts.size(); pair++)
      for (size_t row = 0; row < rows; row++) join(pair, row);
  }

  void attend(size_t index) {
    const Chunk& chunk = chunks[index];
    size_t size = queries->size, count = chunk.keys.count();
    float *x = scratch(rows * (size + count)), *scores = x + rows * size;
    for (size_t row = 0; row < rows; row++)
      scaledRow(queries->at(chunk.batch, headOf(chunk.head, row), row % queries->length), size, scale, x + row * size);
    WeightRows<float> own{keys->at(chunk.batch, chunk.head, chunk.keys.begin), keys->rowStride};
    multiplyFew({x, rows, size}, own, count, {scores, count});
    for (size_t row = 0; row < rows; row++) {
      Range seen = seenOf(chunk, row);
      float* line = scores + row * count;
      const float* added = shape.added(chunk.batch, headOf(chunk.head, row), chunk.keys.begin + seen.begin);
      shape.apply(line + seen.begin, seen.count(), added);
      Running running;
      if (seen.count()) absorb(line + seen.begin, seen.count(), &running);
      std::fill(line, line + seen.begin, 0.0f);
      std::fill(line + seen.end, line + count, 0.0f);
      runnings[index * rows + row] = running;
    }
    mixValues(scores, rows, *values.operator->(), values->at(chunk.batch, chunk.head, chunk.keys.begin), count,
              mixed.get() + index * rows * out.size);
  }

  /** What a row sees, counted from the chunk's first key. */
  Range seenOf(const Chunk& chunk, size_t row) const {
    Range seen = sight.of(row % queries->length, owns[chunk.batch]);
    size_t begin = std::clamp(seen.begin, chunk.keys.begin, chunk.keys.end);
    size_t end = std::clamp(seen.end, begin, chunk.keys.end);
    return {begin - chunk.keys.begin, end - chunk.keys.begin};
  }

  size_t headOf(size_t shared, size_t row) const { return shared * groups + row / queries->length; }

  /** Puts a row's chunks together. */
  void join(size_t pair, size_t row) {
    size_t batch = pair / keys->heads, head = headOf(pair % keys->heads, row);
    float* result = out.at(batch, head, row % queries->length);
    Running all = shape.start(head);
    std::fill_n(result, out.size, 0.0f);
    for (size_t index = firsts[pair]; index < firsts[pair + 1]; index++) {
      const Running& own = runnings[index * rows + row];
      if (own.total == 0) continue;
      float most = std::max(all.most, own.most), fade = std::exp(all.most - most), share = std::exp(own.most - most);
      scaleRow(result, out.size, fade);
      addRow(mixed.get() + (index * rows + row) * out.size, out.size, share, result);
      all = {most, all.total * fade + own.total * share};
    }
    if (all.total > 0) scaleRow(result, out.size, 1 / all.total);
  }

  Read queries, keys, values;
  Heads<float> out;
  float scale;
  Sight sight;
  ScoreShape shape;
  /** Heads of queries for each of keys, and their queries. */
  size_t groups, rows;
  /** The keys of each sequence. */
  std::vector<Range> owns;
  std::vector<Chunk> chunks;
  /** The first chunk of each head of keys of each sequence, and behind them how many there are. */
  std::vector<size_t> firsts;
  /** Of each chunk's rows: values mixed by its softmax, and what that comes to. */
  std::unique_ptr<float[]> mixed;
  std::vector<Running> runnings;
};

struct FewAttention {
  FewRules rules;
  static constexpr const char* name = "FewAttention";

  void operator()(const Arrays& inputs, Arrays& outputs) const { FewQueries(inputs, outputs, rules); }

  bool operator==(const FewAttention&) const = default;
};

}  // namespace

array fewQueries(const array& queries, const array& keys, const array& values, const ScoreRules& rules,
                 const std::optional<array>& starts) {
  Arrays inputs{queries, keys, values};
  auto floats = [](const array& given) { return mx::contiguous(mx::astype(given, mx::float32)); };
  if (rules.sinks) inputs.push_back(floats(*rules.sinks));
  if (rules.keyBias) inputs.push_back(floats(*rules.keyBias));
  if (starts) inputs.push_back(inOrder(mx::astype(*starts, mx::int32)));
  FewRules own{rules.scale, rules.cap, rules.seen, rules.sinks.has_value(), rules.keyBias.has_value(), starts.has_value()};
  return headsFirst(computedTogether({rowsFirst(queries, values.shape(3))}, inputs, FewAttention{own})[0]);
}

}  // namespace ft::kernels
