// Fused float32 kernels for the CPU, forward and backward: what MLX computes there one scalar `exp` at a time.
// Not used on a GPU, where MLX's own are fast, and not for other dtypes: ask `suits` first.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "mlx/array.h"

namespace ft::kernels {

using mlx::core::array;

/** Whether the kernels can run: every array float32, and the CPU the device that new ops go to. */
bool suits(std::initializer_list<array> arrays);

/** -log softmax(logits)[target]: [..., classes], [...] int32 -> [...]; NaN for a target that is not there. */
array crossEntropy(const array& logits, const array& targets);

/** Whether those can run that multiply matrices, too: not everywhere is there a BLAS that they may call. */
bool suitsProducts(std::initializer_list<array> arrays);

/** What a token's loss is beside -log p of its target; see LossSettings. */
struct HeadLoss {
  float smoothing, zLoss;
  bool operator==(const HeadLoss&) const = default;
};

/**
 * Losses from hidden rows (rows, width), the head's weight (classes, width) and targets (rows) int32, without the
 * logits of all rows: (rows); NaN for a target that is not there.
 */
array headLosses(const array& hidden, const array& weight, const array& targets, HeadLoss loss);

/**
 * The sum of those losses, each times its share (rows), with the gradients by hidden rows and weight at once: for a
 * weight that is trained. A row of no share counts for nothing, whatever it is.
 */
array headLossSum(const array& hidden, const array& weight, const array& targets, const array& shares, HeadLoss loss);

/** What a step of AdamW multiplies with; the rate and the roots' factor have the bias correction in them. */
struct MomentStep {
  float beta1, beta2, rate, rootFactor, eps, kept;
  bool operator==(const MomentStep&) const = default;
};

/** A moment in 8 bits: MLX's affine format, groups of 64 numbers in the order of the parameter's. */
struct PackedMoment {
  array packed, scales, biases;
};

/** Whether `packedMomentStep` can run. */
bool suitsPackedMoments(const array& parameter, const array& gradient, const PackedMoment& moment);

/**
 * A step of AdamW whose moments rest as roots in 8 bits: the first's square root with its sign, the second's fourth
 * root. Returns the parameter, then packed, scales and biases of both.
 */
std::vector<array> packedMomentStep(const array& parameter, const array& gradient, const PackedMoment& first,
                                    const PackedMoment& second, const MomentStep& step);

/** x / sqrt(mean(x^2) + eps) * weight over the last axis; weight (width). */
array rmsNorm(const array& x, const array& weight, float eps);

/**
 * Rotary positions of (batch, heads, length, size): each of the first 2 n numbers of a head with the one n further, for
 * n frequencies; token t stands at (t + offset) scale.
 */
array rope(const array& x, const array& frequencies, float scale, int offset);

/** The same with an offset for each row, (batch) integers. */
array rope(const array& x, const array& frequencies, float scale, const array& offsets);

/** silu(gate) * up, elementwise; shapes equal. */
array swiglu(const array& gate, const array& up);

/** x·gains + added, rows by columns each; gains (columns). */
array scaledAdd(const array& x, const array& gains, const array& added);

/** slopes·gains, and for each column Σ slopes·y; slopes and y rows by columns, gains (columns). */
std::pair<array, array> scaleGradients(const array& slopes, const array& gains, const array& y);

/** Which keys a query sees, beside what segments say. */
struct SeenKeys {
  /** Up to its own; the last query is at the last key. */
  bool isCausal;
  /** How many at most, its own among them; 0: all. */
  size_t window;
  bool operator==(const SeenKeys&) const = default;
};

/** How scores come from queries and keys. */
struct ScoreRules {
  float scale;
  SeenKeys seen;
  /** Scores become cap tanh(score / cap); 0: they stay. */
  float cap = 0;
  /** (heads): the score of nothing, beside those of the keys, which takes its share and adds no value. */
  std::optional<array> sinks = std::nullopt;
  /** (batch or 1, heads, keys): added to the scores. Has no gradient. */
  std::optional<array> keyBias = std::nullopt;
};

/**
 * softmax(scores) v of (batch, heads, length, size) each, without the scores of all pairs; heads of queries are a
 * multiple of those of keys. `segments`: none; or (batch, length) integers, equal ones in a row see each other, 0 sees
 * itself; and behind it as many, whose token sees the last run of that segment before its own as well. `starts`, in the
 * place of segments: (batch) integers, the first key of each sequence; queries before it get nought.
 */
array attention(const array& queries, const array& keys, const array& values, const ScoreRules& rules,
                const std::vector<array>& segments, const std::optional<array>& starts = std::nullopt);

/** What a selective scan (Gu & Dao 2023) is of. */
struct Scan {
  /** (batch, length, channels); steps not below zero. */
  array x, steps;
  /** (channels, states), below zero. */
  array rates;
  /** (batch, length, states). */
  array writes, reads;
  /** (batch, channels, states), before the first token. */
  array state;
  /** (batch, length) integers: where another one follows, another text begins, with a state of zeros. */
  std::optional<array> runs;
};

/** Whether `selectiveScan` can run: float32 throughout, not too many states. */
bool suitsScan(const Scan& scan);

/** State <- exp(step rate) state + step x write, y = state read: y (batch, length, channels), and the last state. */
std::pair<array, array> selectiveScan(const Scan& scan);

/** Softmax over the last axis of [..., queries, keys]; causal: query i sees keys up to i + keys - queries. */
array softmax(const array& scores, bool causal);

/** MLX's formats of packed numbers. */
enum class Format { affine, mxfp4, mxfp8, nvfp4 };

struct Packing {
  Format format;
  int groupSize, bits;

  bool operator==(const Packing&) const = default;
};

/** Whether `quantizedProduct` can run: float32 throughout, packed weights of two axes, a BLAS that can be called. */
bool suitsQuantized(const array& x, const array& packed, const array& scales, const std::optional<array>& biases);

/**
 * x [..., columns] times the transpose of packed weights [rows, columns] -> [..., rows]; x [..., rows] times them as
 * they are -> [..., columns]. Weights are unpacked some rows at a time, never as a whole.
 */
array quantizedProduct(const array& x, const array& packed, const array& scales, const std::optional<array>& biases,
                       bool transpose, const Packing& packing);

/**
 * Whether `storedProduct` can run and beats MLX's own: x float32, weights of two axes, few rows of x, or weights in halves,
 * which MLX would widen as a whole.
 */
bool suitsStored(const array& x, const array& weights);

/**
 * x [..., columns] times the transpose of weights [rows, columns] -> [..., rows], float32; x [..., rows] times them as
 * they are -> [..., columns]. Weights are float32, bfloat16 or float16 and count as their values in float32. Of up to 32
 * rows of x times the transpose each is the same bits whatever the others.
 */
array storedProduct(const array& x, const array& weights, bool transpose = true);

}  // namespace ft::kernels
