// Gradients over a JavaScript function, by libtorch's autograd: the function runs once on leaves that want gradients,
// and the pass back runs no JavaScript, so that it may run on libtorch's own threads. What would have to call back there
// (gradients of one's own, computing blocks again) is not in this addon.
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "ops/differentiation.h"
#include "tables.h"
#include "tensors.h"

namespace ft::torch {

namespace {

using Arrays = std::vector<array>;
using Tensors = std::vector<at::Tensor>;

/** The arrays that the function gets: leaves in the place of those that are differentiated. */
struct Leaves {
  Arrays inputs;
  Tensors wanted;
};

array leafOf(const array& a) {
  require(!a.is_tracer(), "differentiates no function inside another that is differentiated, over libtorch");
  require(isFraction(a.dtype()), "differentiates by numbers with fractions, not by " + describe(a));
  return {a.tensor().detach().requires_grad_(true), a.dtype()};
}

Leaves leavesOf(const Arrays& inputs, const std::vector<int>& argnums) {
  Leaves leaves{inputs, {}};
  for (int place : argnums) {
    array& input = leaves.inputs[static_cast<size_t>(place)];
    input = leafOf(input);
    leaves.wanted.push_back(input.tensor());
  }
  return leaves;
}

/** What is asked for of outputs that depend on it; zeros of what does not count. */
Arrays gradientsOf(const Tensors& outputs, const Tensors& cotangents, const Leaves& leaves, const Arrays& like) {
  Tensors dependent, given;
  for (size_t i = 0; i < outputs.size(); i++) {
    if (!outputs[i].requires_grad()) continue;
    dependent.push_back(outputs[i]);
    given.push_back(cotangents[i]);
  }
  Tensors found(leaves.wanted.size());
  if (!dependent.empty())
    found = ::torch::autograd::grad(dependent, leaves.wanted, given, std::nullopt, false, true);
  Arrays results;
  for (size_t i = 0; i < found.size(); i++)
    results.push_back(made(found[i].defined() ? found[i] : at::zeros_like(like[i].tensor()), like[i].dtype()));
  return results;
}

Arrays detached(Arrays arrays) {
  for (array& a : arrays) a = mx::stop_gradient(a);
  return arrays;
}

Arrays valueAndGrad(const SharedCallback& callback, const Arrays& inputs, const std::vector<int>& given) {
  std::vector<int> argnums = ops::inputsNamed(given, inputs.size());
  Leaves leaves = leavesOf(inputs, argnums);
  Arrays like, outputs;
  for (int place : argnums) like.push_back(inputs[static_cast<size_t>(place)]);
  {
    at::AutoGradMode recording(true);
    outputs = callback->call(leaves.inputs);
  }
  ops::requireLoss(outputs);
  const at::Tensor& loss = outputs[0].tensor();
  Arrays slopes = gradientsOf({loss}, {at::ones_like(loss)}, leaves, like);
  Arrays results = detached(std::move(outputs));
  results.insert(results.end(), slopes.begin(), slopes.end());
  return results;
}

ops::Pullback vjp(const SharedCallback& callback, const Arrays& inputs, const Arrays& cotangents) {
  std::vector<int> all(inputs.size());
  for (size_t i = 0; i < all.size(); i++) all[i] = static_cast<int>(i);
  Leaves leaves = leavesOf(inputs, all);
  Arrays outputs;
  {
    at::AutoGradMode recording(true);
    outputs = callback->call(leaves.inputs);
  }
  ops::requireOutputs(outputs);
  require(outputs.size() == cotangents.size(), "needs one cotangent for each output");
  Tensors results, given;
  for (size_t i = 0; i < outputs.size(); i++) {
    require(outputs[i].shape() == cotangents[i].shape(), "a cotangent has its output's shape");
    results.push_back(outputs[i].tensor());
    given.push_back(as(cotangents[i], outputs[i].dtype()));
  }
  Arrays slopes = gradientsOf(results, given, leaves, inputs);
  return {detached(std::move(outputs)), std::move(slopes)};
}

}  // namespace

const OpTable& gradients() {
  static const OpTable table = {
      row("valueAndGrad", valueAndGrad),
      row("vjp", vjp),
      // Nothing waits here: every operation is computed, or under way, when it is called.
      row("depends", [](const Arrays& inputs, const Arrays&) { return inputs; }),
  };
  return table;
}

}  // namespace ft::torch
