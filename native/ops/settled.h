// Arrays that are not computed from before others are there. MLX's own `depends` puts operations in order, but their
// results are allocated when they are sent to the CPU, up to a hundred operations ahead of it: all there at once.
#pragma once

#include <vector>

#include "mlx/array.h"

namespace ft::ops {

/** `inputs`, unchanged, of which nothing is computed or allocated before all of `earlier` is computed. */
std::vector<mlx::core::array> settled(const std::vector<mlx::core::array>& inputs,
                                      const std::vector<mlx::core::array>& earlier);

}  // namespace ft::ops
