// Scans index arrays whose values lie in memory, in whatever order they lie; leaves all others unread.
#include "ops/indices.h"

#include <utility>

namespace ft {

namespace {

/** The indices that are allowed: from `low` to below `high`; `what` comes before `high` in an error. */
struct Range {
  int64_t low, high;
  const char* what;
};

template <class T>
void checkOne(T value, const Range& range) {
  // Signs are compared too: 2^64 - 1 is not the last place.
  if (std::cmp_less(value, range.low) || !std::cmp_less(value, range.high))
    throw argumentFault("index " + std::to_string(value) + " is outside " + range.what +
                        std::to_string(range.high));
}

template <class T>
void scan(const array& indices, const T* values, size_t axis, const Range& range) {
  if (axis == indices.ndim()) return checkOne(*values, range);
  int64_t stride = indices.strides()[axis];
  // A broadcast axis repeats what was seen.
  int64_t length = stride == 0 ? std::min(1, indices.shape(static_cast<int>(axis))) : indices.shape(static_cast<int>(axis));
  for (int64_t i = 0; i < length; i++) scan(indices, values + i * stride, axis + 1, range);
}

template <class T>
void scanAll(const array& indices, const Range& range) {
  const T* values = indices.data<T>();
  if (!indices.flags().row_contiguous) return scan(indices, values, 0, range);
  for (size_t i = 0; i < indices.size(); i++) checkOne(values[i], range);
}

void requireIn(const array& indices, const Range& range) {
  if (indices.is_tracer() || !indices.is_available()) return;
  switch (indices.dtype().val()) {
    case mx::Dtype::Val::int8: return scanAll<int8_t>(indices, range);
    case mx::Dtype::Val::int16: return scanAll<int16_t>(indices, range);
    case mx::Dtype::Val::int32: return scanAll<int32_t>(indices, range);
    case mx::Dtype::Val::int64: return scanAll<int64_t>(indices, range);
    case mx::Dtype::Val::uint8: return scanAll<uint8_t>(indices, range);
    case mx::Dtype::Val::uint16: return scanAll<uint16_t>(indices, range);
    case mx::Dtype::Val::uint32: return scanAll<uint32_t>(indices, range);
    case mx::Dtype::Val::uint64: return scanAll<uint64_t>(indices, range);
    default: return;  // MLX refuses indices of other types itself.
  }
}

}  // namespace

void requireIndices(const array& indices, int size) {
  requireIn(indices, {-int64_t{size}, size, "an axis of "});
}

void requireMatrices(const std::optional<array>& indices, const array& a) {
  if (!indices) return;
  int64_t count = 1;
  for (int axis = 0; axis + 2 < static_cast<int>(a.ndim()); axis++) count *= a.shape(axis);
  // MLX reads them as unsigned: here negative ones do not count from the end.
  requireIn(*indices, {0, count, "a batch of "});
}

std::optional<int> axisSize(const array& a, int axis) {
  int dimensions = static_cast<int>(a.ndim());
  if (axis < -dimensions || axis >= dimensions) return std::nullopt;
  return a.shape(axis);
}

}  // namespace ft
