// The op tables of this addon that native/ops has otherwise, and what they share.
#pragma once

#include "core/row.h"

namespace ft::torch {

using mlx::core::array;
using mlx::core::Dtype;

const OpTable& system();
const OpTable& layers();
const OpTable& optimizers();
const OpTable& random();
const OpTable& gradients();

/** An array of booleans, each true with probability `p`. */
array drawn(float p, const mlx::core::Shape& shape, const array& key);

}  // namespace ft::torch
