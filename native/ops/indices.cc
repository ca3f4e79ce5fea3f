// Scans index arrays whose values lie in memory in order; leaves all others unread.
#include "ops/indices.h"

namespace ft {

namespace {

template <class T>
void scan(const array& indices, int64_t size) {
  const T* values = indices.data<T>();
  for (size_t i = 0; i < indices.size(); i++) {
    int64_t index = static_cast<int64_t>(values[i]);
    if (index < -size || index >= size)
      throw argumentFault("index " + std::to_string(index) + " is outside an axis of " + std::to_string(size));
  }
}

}  // namespace

void requireIndices(const array& indices, int size) {
  if (indices.is_tracer() || !indices.is_available() || !indices.flags().row_contiguous) return;
  if (indices.dtype() == mx::int32) scan<int32_t>(indices, size);
  if (indices.dtype() == mx::uint32) scan<uint32_t>(indices, size);
  if (indices.dtype() == mx::int64) scan<int64_t>(indices, size);
}

std::optional<int> axisSize(const array& a, int axis) {
  int dimensions = static_cast<int>(a.ndim());
  if (axis < -dimensions || axis >= dimensions) return std::nullopt;
  return a.shape(axis);
}

}  // namespace ft
