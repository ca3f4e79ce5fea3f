// The checks of rows that differentiate, for both addons.
#include "ops/differentiation.h"

#include <algorithm>

#include "core/fault.h"

namespace ft::ops {

std::vector<int> inputsNamed(const std::vector<int>& argnums, size_t inputs) {
  int count = static_cast<int>(inputs);
  std::vector<int> named;
  for (int argnum : argnums) {
    require(argnum >= -count && argnum < count, "argument 3 names input " + std::to_string(argnum) + " of " +
                                                    std::to_string(count));
    named.push_back(argnum < 0 ? argnum + count : argnum);
    require(std::count(named.begin(), named.end(), named.back()) == 1, "argument 3 names an input twice");
  }
  require(!named.empty(), "argument 3 must name at least one input");
  return named;
}

void requireOutputs(const std::vector<array>& outputs) {
  require(!outputs.empty(), "the callback returned no arrays");
}

void requireLoss(const std::vector<array>& outputs) {
  require(!outputs.empty() && outputs[0].ndim() == 0, "the callback's first output must be a scalar loss");
}

}  // namespace ft::ops
