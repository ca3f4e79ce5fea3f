// What the rows that differentiate ask of their arguments and answer with, whichever library computes.
#pragma once

#include <vector>

#include "core/convert.h"

namespace ft::ops {

struct Pullback {
  std::vector<array> outputs, gradients;

  static constexpr auto fields() {
    return std::tuple{Field{"outputs", &Pullback::outputs}, Field{"gradients", &Pullback::gradients}};
  }
};

/** Places of the inputs by which to differentiate, counted from the start, each once. */
std::vector<int> inputsNamed(const std::vector<int>& argnums, size_t inputs);

/** Of what a callback returned. */
void requireOutputs(const std::vector<array>& outputs);
/** Of what a callback returned that is differentiated: the loss comes first. */
void requireLoss(const std::vector<array>& outputs);

}  // namespace ft::ops
