// The rows of losses, and what they ask of their arguments, whichever library computes.
#include <algorithm>

#include "core/fault.h"
#include "ops/indices.h"
#include "ops/losses.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

void requireTargets(const array& targets, int classes) {
  require(mx::issubdtype(targets.dtype(), mx::integer), "needs integer targets");
  requireIndices(targets, classes);
}

void requireHead(const array& hidden, const array& weight, const array& targets) {
  bool fits = hidden.ndim() == 2 && weight.ndim() == 2 && targets.ndim() == 1 &&
              hidden.shape(1) == weight.shape(1) && hidden.shape(0) == targets.shape(0);
  require(fits, "needs hidden (rows, width), a weight (classes, width) and targets (rows), got " + describe(hidden) +
                    ", " + describe(weight) + " and " + describe(targets));
  requireTargets(targets, weight.shape(0));
}

array crossEntropy(const array& logits, const array& targets) {
  mx::Shape rows = logits.shape(), wanted = targets.shape();
  bool fits = rows.size() == wanted.size() + 1 && std::equal(wanted.begin(), wanted.end(), rows.begin());
  require(fits, "needs logits with the targets' dimensions and one more, got " + describe(logits) + " and " +
                    describe(targets));
  requireTargets(targets, logits.shape(-1));
  return tokenLosses(logits, targets);
}

array linearCrossEntropy(const array& hidden, const array& weight, const array& targets,
                         const LossSettings& settings) {
  requireHead(hidden, weight, targets);
  return headLosses(hidden, weight, targets, settings);
}

array linearCrossEntropySum(const array& hidden, const array& weight, const array& targets, const array& shares,
                            const LossSettings& settings) {
  requireHead(hidden, weight, targets);
  require(shares.shape() == targets.shape(), "needs as many shares as targets, got " + describe(shares));
  return headLossSum(hidden, weight, targets, shares, settings);
}

}  // namespace

const OpTable& losses() {
  static const OpTable table = {
      row("crossEntropy", crossEntropy),
      row("linearCrossEntropy", linearCrossEntropy),
      row("linearCrossEntropySum", linearCrossEntropySum),
  };
  return table;
}

}  // namespace ft::ops
