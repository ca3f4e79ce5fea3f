// What an optimizer does with every number of a parameter, in one pass over parameter, gradient and moments.
// Float32 on the CPU; the same steps as MLX's operations, rounded alike.
#pragma once

#include <vector>

#include "mlx/array.h"

namespace ft::kernels {

using mlx::core::array;

/** One step of AdamW as its numbers see it. */
struct AdamwNumbers {
  float beta1, beta2, eps;
  /** Of the first moment: rate / (1 - beta1^step), or the rate. */
  float rate;
  /** On the second moment's root: 1 / sqrt(1 - beta2^step), or 1. */
  float rootScale;
  /** 1 - rate * weight decay. */
  float decay;
  /** 1 - beta, rounded from what the settings say and not from the betas above. */
  float fresh1, fresh2;

  bool operator==(const AdamwNumbers&) const = default;
};

/** Parameter and moments after the step, in the memory of those before it where nothing else needs that. */
std::vector<array> adamw(const array& parameter, const array& gradient, const array& first, const array& second,
                         const AdamwNumbers& numbers);

/** The sum of all squares, (). */
array squares(const std::vector<array>& arrays);

}  // namespace ft::kernels
