// Losses of tokens as the library that computes has them: losses.cc with MLX, torch/losses.cc with libtorch. Arguments
// were looked at in loss-rows.cc.
#pragma once

#include "core/convert.h"

namespace ft::ops {

/** Of logits (…, classes) and targets (…), in float32. */
array tokenLosses(const array& logits, const array& targets);

/** Of hidden rows (rows, width), the head's weight (classes, width) and targets (rows). */
array headLosses(const array& hidden, const array& weight, const array& targets, const LossSettings& settings);

/** Their sum, each times its share; shares have no gradient. */
array headLossSum(const array& hidden, const array& weight, const array& targets, const array& shares,
                  const LossSettings& settings);

}  // namespace ft::ops
