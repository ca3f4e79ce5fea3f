// Ops that move, cut and join without computing. Of indices, those already in memory are checked against their
// bounds; whoever computes indices answers for them.
#include "mlx/ops.h"
#include "ops/indices.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

std::vector<int> everyAxis(const array& a) { return Axes{}.of(a); }

const array& checked(const array& indices, const array& a, int axis) {
  if (auto size = axisSize(a, axis)) requireIndices(indices, *size);
  return indices;
}

/** MLX divides by them. */
const mx::Shape& steps(const mx::Shape& strides) {
  for (int stride : strides) require(stride != 0, "a stride must not be 0");
  return strides;
}

array pad(const array& a, const mx::Shape& low, const mx::Shape& high, double value) {
  require(low.size() == a.ndim() && high.size() == a.ndim(), "needs one width before and after for each dimension");
  return mx::pad(a, everyAxis(a), low, high, scalarOf(value, a.dtype()));
}

}  // namespace

const OpTable& shapes() {
  static const OpTable table = {
      row("reshape", [](const array& a, const mx::Shape& shape) { return mx::reshape(a, shape); }),
      row("transpose",
          [](const array& a, const std::optional<std::vector<int>>& axes) {
            return axes ? mx::transpose(a, *axes) : mx::transpose(a);
          }),
      row("swapaxes", [](const array& a, int axis1, int axis2) { return mx::swapaxes(a, axis1, axis2); }),
      row("expandDims", [](const array& a, const std::vector<int>& axes) { return mx::expand_dims(a, axes); }),
      row("squeeze", [](const array& a, const std::vector<int>& axes) { return mx::squeeze(a, axes); }),
      row("broadcastTo", [](const array& a, const Size& size) { return mx::broadcast_to(a, size.shape); }),
      row("concatenate", [](const std::vector<array>& arrays, int axis) { return mx::concatenate(arrays, axis); }),
      row("stack", [](const std::vector<array>& arrays, int axis) { return mx::stack(arrays, axis); }),
      row("split",
          [](const array& a, int parts, int axis) {
            requireParts(parts);
            return mx::split(a, parts, axis);
          }),
      row("splitAt", [](const array& a, const mx::Shape& indices, int axis) { return mx::split(a, indices, axis); }),
      row("repeat", [](const array& a, int count, int axis) { return mx::repeat(a, count, axis); }),
      row("pad", [](const array& a, const Size& low, const Size& high, double value) {
        return pad(a, low.shape, high.shape, value);
      }),
      row("slice", [](const array& a, const mx::Shape& start, const mx::Shape& stop,
                      const mx::Shape& strides) { return mx::slice(a, start, stop, steps(strides)); }),
      row("sliceUpdate",
          [](const array& a, const array& update, const mx::Shape& start, const mx::Shape& stop,
             const mx::Shape& strides) { return mx::slice_update(a, update, start, stop, steps(strides)); }),
      row("take", [](const array& a, const array& indices, int axis) { return mx::take(a, checked(indices, a, axis), axis); }),
      row("takeAlongAxis",
          [](const array& a, const array& indices, int axis) { return mx::take_along_axis(a, checked(indices, a, axis), axis); }),
      row("putAlongAxis",
          [](const array& a, const array& indices, const array& values, int axis) {
            return mx::put_along_axis(a, checked(indices, a, axis), values, axis);
          }),
      row("tril", [](const array& a, int k) { return mx::tril(a, k); }),
  };
  return table;
}

}  // namespace ft::ops
