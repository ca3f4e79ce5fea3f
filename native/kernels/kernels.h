// Fused float32 kernels for the CPU, forward and backward: what MLX computes there one scalar `exp` at a time.
// Not used on a GPU, where MLX's own are fast, and not for other dtypes: ask `suits` first.
#pragma once

#include "mlx/array.h"

namespace ft::kernels {

using mlx::core::array;

/** Whether the kernels can run: every array float32, and the CPU the device that new ops go to. */
bool suits(std::initializer_list<array> arrays);

/** -log softmax(logits)[target]: [..., classes], [...] int32 -> [...]; NaN for a target that is not there. */
array crossEntropy(const array& logits, const array& targets);

/** silu(gate) * up, elementwise; shapes equal. */
array swiglu(const array& gate, const array& up);

/** Softmax over the last axis of [..., queries, keys]; causal: query i sees keys up to i + keys - queries. */
array softmax(const array& scores, bool causal);

}  // namespace ft::kernels
