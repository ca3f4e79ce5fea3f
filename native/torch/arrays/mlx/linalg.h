// What native/ops asks of linear algebra, over libtorch (reductions.cc).
#pragma once

#include "mlx/ops.h"

namespace mlx::core::linalg {

array norm(const array& a, const std::optional<AxisList>& axes, bool keepDims);

}  // namespace mlx::core::linalg
