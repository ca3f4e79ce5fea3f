// Recurrences that no product of matrices computes, as kernels. Where none serves, TypeScript composes them of other ops.
#include "kernels/kernels.h"
#include "mlx/ops.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;
using Maybe = std::optional<array>;

void requireAgreeing(const kernels::Scan& scan) {
  bool hasAxes = scan.x.ndim() == 3 && scan.rates.ndim() == 2;
  require(hasAxes, "takes x (batch, length, channels) and rates (channels, states), got " + describe(scan.x) + " and " +
                       describe(scan.rates));
  const mx::Shape& x = scan.x.shape();
  int states = scan.rates.shape(1);
  mx::Shape numbers{x[0], x[1], states};
  bool agrees = scan.steps.shape() == x && scan.rates.shape(0) == x[2] && scan.writes.shape() == numbers &&
                scan.reads.shape() == numbers && scan.state.shape() == mx::Shape{x[0], x[2], states};
  require(agrees, "sizes do not agree: x " + describe(scan.x) + ", steps " + describe(scan.steps) + ", rates " +
                      describe(scan.rates) + ", writes " + describe(scan.writes) + ", reads " + describe(scan.reads) +
                      ", state " + describe(scan.state));
  bool fits = !scan.runs || (scan.runs->shape() == mx::Shape{x[0], x[1]} &&
                             mx::issubdtype(scan.runs->dtype(), mx::integer));
  require(fits, "needs an integer run for each token");
}

/** What is read and the last state; nothing where no kernel serves. */
Arrays selectiveScan(const array& x, const array& steps, const array& rates, const array& writes, const array& reads,
                     const array& state, const Maybe& runs) {
  kernels::Scan scan{x, steps, rates, writes, reads, state, runs};
  requireAgreeing(scan);
  if (!kernels::suitsScan(scan)) return {};
  auto [y, last] = kernels::selectiveScan(scan);
  return {y, last};
}

}  // namespace

const OpTable& recurrences() {
  static const OpTable table = {row("selectiveScan", selectiveScan)};
  return table;
}

}  // namespace ft::ops
