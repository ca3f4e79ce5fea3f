// Bounds of indices, for native/ops and the rows here: libtorch reads outside of arrays as readily as any.
#include "ops/indices.h"

#include "tensors.h"

namespace ft {

namespace {

void requireIn(const array& indices, int64_t low, int64_t high, const char* what) {
  if (indices.size() == 0 || mx::issubdtype(indices.dtype(), mx::inexact)) return;
  auto [least, most] = at::aminmax(indices.tensor().detach().cpu().to(at::kLong));
  for (int64_t value : {least.item<int64_t>(), most.item<int64_t>()})
    if (value < low || value >= high)
      throw argumentFault("index " + std::to_string(value) + " is outside " + what + std::to_string(high));
}

}  // namespace

void requireIndices(const array& indices, int size) { requireIn(indices, -int64_t{size}, size, "an axis of "); }

std::optional<int> axisSize(const array& a, int axis) {
  int dimensions = static_cast<int>(a.ndim());
  if (axis < -dimensions || axis >= dimensions) return std::nullopt;
  return static_cast<int>(a.tensor().size(axis));
}

}  // namespace ft
