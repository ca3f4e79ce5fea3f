// Attention of few queries, as decoding has it: keys and values are read once, where they lie. Has no gradient.
#pragma once

#include "kernels/kernels.h"

namespace ft::kernels {

/** Up to so many queries a sequence this beats blocks of matrix products. */
constexpr int mostFewQueries = 7;

/**
 * As `attention`; `starts`: (batch) integers, the first key that each sequence has, before which nothing is read. What
 * a query gets is the same bits whatever lies before its sequence and whatever others there are; nought where it sees
 * nothing.
 */
array fewQueries(const array& queries, const array& keys, const array& values, const ScoreRules& rules,
                 const std::optional<array>& starts);

}  // namespace ft::kernels
