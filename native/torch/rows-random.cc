// Random arrays from explicit keys over libtorch: MLX's generator (Threefry 2x32, Salmon et al. 2011, used as JAX uses
// it), so that the same key gives the same numbers whichever library computes. Bits are made on the CPU.
#include <cmath>
#include <limits>

#include "core/fault.h"
#include "tables.h"
#include "tensors.h"

namespace ft::torch {

namespace {

using at::Tensor;
using Words = std::pair<uint32_t, uint32_t>;

uint32_t turned(uint32_t word, int by) { return (word << by) | (word >> (32 - by)); }

Words hashed(Words key, Words count) {
  constexpr int turns[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  uint32_t keys[3] = {key.first, key.second, key.first ^ key.second ^ 0x1BD11BDA};
  count.first += keys[0];
  count.second += keys[1];
  for (uint32_t round = 0; round < 5; round++) {
    for (int by : turns[round % 2]) {
      count.first += count.second;
      count.second = turned(count.second, by) ^ count.first;
    }
    count.first += keys[(round + 1) % 3];
    count.second += keys[(round + 2) % 3] + round + 1;
  }
  return count;
}

Words wordsOf(const array& key) {
  require(key.dtype() == mx::uint32 && key.shape() == mx::Shape{2}, "needs a key, got " + describe(key));
  Tensor words = key.tensor().cpu().contiguous();
  const int64_t* values = words.data_ptr<int64_t>();
  return {static_cast<uint32_t>(values[0]), static_cast<uint32_t>(values[1])};
}

/** `count` words: the first half of them from the first words of hashes, the second from the second. */
std::vector<uint32_t> bits(const array& key, size_t count) {
  Words words = wordsOf(key);
  std::vector<uint32_t> all(count);
  size_t half = count / 2, second = half + count % 2;
  for (size_t i = 0; i < half; i++) {
    Words made = hashed(words, {static_cast<uint32_t>(i), static_cast<uint32_t>(second + i)});
    all[i] = made.first;
    all[second + i] = made.second;
  }
  if (count % 2) all[half] = hashed(words, {static_cast<uint32_t>(half), 0}).first;
  return all;
}

array asKey(const uint32_t* words) {
  Tensor key = at::empty({2}, at::kLong);
  key.data_ptr<int64_t>()[0] = words[0];
  key.data_ptr<int64_t>()[1] = words[1];
  return {key.to(device()), mx::uint32};
}

array randomKey(uint64_t seed) {
  uint32_t words[2] = {static_cast<uint32_t>(seed >> 32), static_cast<uint32_t>(seed)};
  return asKey(words);
}

std::vector<array> randomSplit(const array& key, int count) {
  requireParts(count);
  std::vector<uint32_t> all = bits(key, 2 * static_cast<size_t>(count));
  std::vector<array> keys;
  for (size_t i = 0; i < all.size(); i += 2) keys.push_back(asKey(&all[i]));
  return keys;
}

size_t elementsOf(const mx::Shape& shape) {
  requireCountable(shape);
  size_t count = 1;
  for (int size : shape) count *= static_cast<size_t>(size);
  return count;
}

/** From 0 to below 1, float32, on the CPU. */
Tensor unit(const mx::Shape& shape, const array& key) {
  std::vector<uint32_t> words = bits(key, elementsOf(shape));
  Tensor result = at::empty(sizesOf(shape), at::kFloat);
  float* values = result.data_ptr<float>();
  const float most = static_cast<float>(std::numeric_limits<uint32_t>::max()), below = std::nextafter(1.0f, 0.0f);
  for (size_t i = 0; i < words.size(); i++) values[i] = std::min(static_cast<float>(words[i]) / most, below);
  return result;
}

array uniform(float low, float high, const Size& size, Dtype dtype, const array& key) {
  require(isFraction(dtype), "makes numbers with fractions");
  array lowest(low, mx::float32), range(high - low, mx::float32);
  array drawn = made(unit(size.shape, key).to(device()), mx::float32);
  return mx::astype(mx::add(mx::multiply(range, drawn), lowest), dtype);
}

array normal(const Size& size, Dtype dtype, float mean, float std, const array& key) {
  require(isFraction(dtype), "makes numbers with fractions");
  float low = std::nextafter(-1.0f, 0.0f);
  Tensor spread = unit(size.shape, key) * (1.0f - low) + low;
  Tensor result = at::erfinv(spread) * std::sqrt(2.0f) * std + mean;
  return made(result.to(device()), dtype);
}

array categorical(const array& logits, int axis, const array& key) {
  Tensor gumbel = -at::log(-at::log(unit(logits.shape(), key)));
  Tensor noisy = as(logits, mx::float32) + gumbel.to(device());
  return {at::argmax(noisy, axisOf(logits, axis)), mx::uint32};
}

}  // namespace

array drawn(float p, const mx::Shape& shape, const array& key) {
  return {unit(shape, key).lt(p).to(device()), mx::bool_};
}

const OpTable& random() {
  static const OpTable table = {
      row("randomKey", randomKey),
      row("randomSplit", randomSplit),
      row("randomUniform", uniform),
      row("randomNormal", normal),
      row("randomBernoulli", [](float p, const Size& size, const array& key) { return drawn(p, size.shape, key); }),
      row("randomCategorical", categorical),
  };
  return table;
}

}  // namespace ft::torch
