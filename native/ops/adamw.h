// The numbers of AdamW's step and what a step asks of its arguments, whichever library computes.
#pragma once

#include <vector>

#include "core/convert.h"
#include "kernels/optimizers.h"

namespace ft::ops {

/** Rounded as MLX rounds them, step by step in float32. */
kernels::AdamwNumbers adamwNumbers(const AdamwSettings& settings);

void requireStep(const std::vector<array>& parameters, const std::vector<array>& gradients,
                 const std::vector<array>& first, const std::vector<array>& second, const AdamwSettings& settings);

}  // namespace ft::ops
