// What becomes of products of queries and keys before their softmax: a cap, what is added for a key, a score of nothing.
// Which keys are seen is attention-tiles.h's.
#pragma once

#include "kernels/primitive.h"
#include "kernels/running.h"

namespace ft::kernels {

/** row *= factors, each by its own. */
void scaleByRow(const float* factors, size_t count, float* row);

/** Reads what is given for heads and for keys where it lies. */
struct ScoreShape {
  /** Scores become cap tanh(score / cap); 0: they stay. */
  float cap = 0;
  /** (heads), or nothing. */
  const float* sinks = nullptr;
  /** (batch, heads, keys), or nothing. */
  const float* bias = nullptr;
  size_t batchStride = 0, headStride = 0;

  /** `given` (batch or 1, heads, keys), contiguous. */
  void addBias(const array& given) {
    bias = given.data<float>();
    headStride = given.shape(2);
    batchStride = given.shape(0) == 1 ? 0 : given.shape(1) * headStride;
  }

  /** A row's softmax before its first key. */
  Running start(size_t head) const { return sinks ? Running{sinks[head], 1} : Running{}; }

  /** What is added from a key on; nothing where nothing is. */
  const float* added(size_t batch, size_t head, size_t key) const {
    return bias ? bias + batch * batchStride + head * headStride + key : nullptr;
  }

  /** Scores in the place of scaled products; into `bends`, if given and scores are capped, their slopes by these. */
  void apply(float* products, size_t count, const float* added, float* bends = nullptr) const;

  /** Of a head's sink, from what its rows' softmaxes came to and the means of their slopes. */
  float sinkSlope(size_t head, const Running* sums, const float* means, size_t rows) const;
};

}  // namespace ft::kernels
