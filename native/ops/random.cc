// Random arrays, each from an explicit key: the same key gives the same numbers, here and in Python.
// There is no hidden generator to seed.
#include "mlx/random.h"

#include "mlx/ops.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

std::vector<array> splitKey(const array& key, int count) {
  requireParts(count);
  array keys = mx::random::split(key, count);
  std::vector<array> parts;
  for (int i = 0; i < count; i++) parts.push_back(mx::take(keys, i, 0));
  return parts;
}

}  // namespace

const OpTable& random() {
  static const OpTable table = {
      row("randomKey", [](uint64_t seed) { return mx::random::key(seed); }),
      row("randomSplit", splitKey),
      row("randomUniform",
          [](float low, float high, const Size& size, mx::Dtype dtype, const array& key) {
            return mx::random::uniform(array(low), array(high), size.shape, dtype, key);
          }),
      row("randomNormal",
          [](const Size& size, mx::Dtype dtype, float mean, float std, const array& key) {
            return mx::random::normal(size.shape, dtype, mean, std, key);
          }),
      row("randomBernoulli",
          [](float p, const Size& size, const array& key) { return mx::random::bernoulli(array(p), size.shape, key); }),
      row("randomCategorical",
          [](const array& logits, int axis, const array& key) { return mx::random::categorical(logits, axis, key); }),
  };
  return table;
}

}  // namespace ft::ops
