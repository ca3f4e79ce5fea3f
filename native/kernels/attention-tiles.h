// How attention's queries and keys are cut: blocks of queries that lie in one segment, and tiles of the keys that each
// of them sees. What a block does not see at all, the future, other segments, what lies before a window, has no tile.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "kernels/kernels.h"

namespace ft::kernels {

constexpr size_t queriesAtOnce = 64, keysAtOnce = 256;

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
  /** None of them sees anything: what lies before a sequence. */
  bool isBlind = false;
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

/** What divides sequences: their first keys, or segments, whose prefixes are told beside them; each may be absent. */
struct Divisions {
  const int32_t *starts, *segments, *prefixes;
};

/** Queries in blocks, none of which reaches over two segments. */
class Plan {
 public:
  /** `singly`: tokens that see themselves alone get a block each, because their score still counts. */
  Plan(size_t batches, size_t queries, size_t keys, const Divisions& divisions, bool singly) : singly(singly) {
    const auto& [starts, segments, prefixes] = divisions;
    for (size_t batch = 0; batch < batches; batch++) {
      if (starts) cutFrom(batch, queries, keys, static_cast<size_t>(std::clamp<int64_t>(starts[batch], 0, keys)));
      else if (!segments) cut({batch, {0, queries}, {0, 0}, {0, keys}});
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

  /** Blocks begin where the sequence does, so that they are what they are without anything before it. */
  void cutFrom(size_t batch, size_t queries, size_t keys, size_t start) {
    size_t before = keys - queries, blind = start > before ? start - before : 0;
    cut({.batch = batch, .queries = {0, blind}, .shared = {0, 0}, .own = {0, 0}, .isBlind = true});
    cut({batch, {blind, queries}, {0, 0}, {start, keys}});
  }

  void cutSegments(size_t batch, size_t length, const int32_t* segments, const int32_t* prefixes) {
    for (size_t begin = 0, end; begin < length; begin = end) {
      auto continues = [&](size_t at) {
        if (singly && segments[begin] == 0) return false;
        return segments[at] == segments[begin] && (!prefixes || prefixes[at] == prefixes[begin]);
      };
      for (end = begin + 1; end < length && continues(end); end++) {
      }
      cut({batch, {begin, end}, sharedBy(segments, prefixes, begin), {begin, end}, segments[begin] == 0 && !singly});
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

  bool singly;
};

/** Whether all that a block sees is one tile. */
inline bool seesOneTile(const Block& block, const Sight& sight) {
  size_t shared = block.shared.count(), own = sight.of(block).count();
  return shared + own <= keysAtOnce && (shared == 0 || own == 0);
}

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

}  // namespace ft::kernels
