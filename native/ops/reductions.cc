// Reductions, scans and orderings. Null axes mean all of them, as in Python.
// Loss-like composites of these live in composites.cc.
#include "mlx/linalg.h"
#include "mlx/ops.h"
#include "ops/tables.h"

namespace ft::ops {

const OpTable& reductions() {
  static const OpTable table = {
      row("sum", [](const array& a, const Axes& axes, bool keep) { return mx::sum(a, axes.of(a), keep); }),
      row("mean", [](const array& a, const Axes& axes, bool keep) { return mx::mean(a, axes.of(a), keep); }),
      row("variance", [](const array& a, const Axes& axes, bool keep) { return mx::var(a, axes.of(a), keep); }),
      row("max", [](const array& a, const Axes& axes, bool keep) { return mx::max(a, axes.of(a), keep); }),
      row("min", [](const array& a, const Axes& axes, bool keep) { return mx::min(a, axes.of(a), keep); }),
      row("all", [](const array& a, const Axes& axes, bool keep) { return mx::all(a, axes.of(a), keep); }),
      row("logsumexp", [](const array& a, const Axes& axes, bool keep) { return mx::logsumexp(a, axes.of(a), keep); }),
      row("softmax",
          [](const array& a, const Axes& axes, bool precise) { return mx::softmax(a, axes.of(a), precise); }),
      row("norm", [](const array& a, const Axes& axes, bool keep) { return mx::linalg::norm(a, axes.given, keep); }),
      row("argmax", [](const array& a, int axis, bool keep) { return mx::argmax(a, axis, keep); }),
      row("cumsum",
          [](const array& a, int axis, bool reverse, bool inclusive) { return mx::cumsum(a, axis, reverse, inclusive); }),
      row("sort", [](const array& a, int axis) { return mx::sort(a, axis); }),
      row("argsort", [](const array& a, int axis) { return mx::argsort(a, axis); }),
      row("argpartition", [](const array& a, int kth, int axis) { return mx::argpartition(a, kth, axis); }),
  };
  return table;
}

}  // namespace ft::ops
