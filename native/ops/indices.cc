// Scans index arrays whose values lie in memory in order; leaves all others unread.
#include "ops/indices.h"

#include <utility>

namespace ft {

namespace {

template <class T>
void scan(const array& indices, int64_t size) {
  const T* values = indices.data<T>();
  for (size_t i = 0; i < indices.size(); i++) {
    // Signs are compared too: 2^64 - 1 is not the last place.
    if (std::cmp_less(values[i], -size) || !std::cmp_less(values[i], size))
      throw argumentFault("index " + std::to_string(values[i]) + " is outside an axis of " + std::to_string(size));
  }
}

}  // namespace

void requireIndices(const array& indices, int size) {
  if (indices.is_tracer() || !indices.is_available() || !indices.flags().row_contiguous) return;
  switch (indices.dtype().val()) {
    case mx::Dtype::Val::int8: return scan<int8_t>(indices, size);
    case mx::Dtype::Val::int16: return scan<int16_t>(indices, size);
    case mx::Dtype::Val::int32: return scan<int32_t>(indices, size);
    case mx::Dtype::Val::int64: return scan<int64_t>(indices, size);
    case mx::Dtype::Val::uint8: return scan<uint8_t>(indices, size);
    case mx::Dtype::Val::uint16: return scan<uint16_t>(indices, size);
    case mx::Dtype::Val::uint32: return scan<uint32_t>(indices, size);
    case mx::Dtype::Val::uint64: return scan<uint64_t>(indices, size);
    default: return;  // MLX refuses indices of other types itself.
  }
}

std::optional<int> axisSize(const array& a, int axis) {
  int dimensions = static_cast<int>(a.ndim());
  if (axis < -dimensions || axis >= dimensions) return std::nullopt;
  return a.shape(axis);
}

}  // namespace ft
