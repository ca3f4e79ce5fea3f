// Gradients, checkpoints, custom gradients and compilation over a JavaScript function.
// MLX calls the function with tracers; core/callback gives those handles a scope that ends with the call.
#include "mlx/transforms.h"

#include <algorithm>

#include "mlx/compile_impl.h"
#include "mlx/ops.h"
#include "ops/differentiation.h"
#include "ops/settled.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;

ArrayFunction closure(const SharedCallback& callback) {
  return [callback](const Arrays& inputs) {
    Arrays outputs = callback->call(inputs);
    requireOutputs(outputs);
    return outputs;
  };
}

Arrays joined(Arrays first, const Arrays& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Arrays valueAndGrad(const SharedCallback& callback, const Arrays& inputs, const std::vector<int>& given) {
  std::vector<int> argnums = inputsNamed(given, inputs.size());
  auto loss = [callback](const Arrays& tracers) {
    Arrays outputs = callback->call(tracers);
    requireLoss(outputs);
    return outputs;
  };
  auto [values, gradients] = mx::value_and_grad(ArrayFunction(loss), argnums)(inputs);
  // MLX answers in ascending order of argnums, whatever the order they came in.
  std::vector<int> ascending = argnums;
  std::sort(ascending.begin(), ascending.end());
  for (int argnum : argnums) {
    auto rank = std::lower_bound(ascending.begin(), ascending.end(), argnum) - ascending.begin();
    values.push_back(gradients[static_cast<size_t>(rank)]);
  }
  return values;
}

Pullback vjp(const SharedCallback& callback, const Arrays& inputs, const Arrays& cotangents) {
  auto [outputs, gradients] = mx::vjp(closure(callback), inputs, cotangents);
  return {std::move(outputs), std::move(gradients)};
}

bool broadcasts(const mx::Shape& from, const mx::Shape& to) {
  if (from.size() > to.size()) return false;
  auto fits = [](int size, int wanted) { return size == 1 || size == wanted; };
  return std::equal(from.begin(), from.end(), to.end() - static_cast<std::ptrdiff_t>(from.size()), fits);
}

array gradientOf(const array& primal, const array& gradient) {
  require(broadcasts(gradient.shape(), primal.shape()),
          "backward returned a gradient " + describe(gradient) + " for an input " + describe(primal));
  return mx::broadcast_to(mx::astype(gradient, primal.dtype()), primal.shape());
}

Arrays customVjp(const SharedCallback& forward, const SharedCallback& backward, const Arrays& inputs) {
  auto gradient = [backward](const Arrays& primals, const Arrays& cotangents, const Arrays& outputs) {
    Arrays gradients = backward->call(joined(joined(primals, cotangents), outputs));
    // MLX indexes the result by input without a check of its own, and what comes before reads by shape.
    require(gradients.size() == primals.size(), "backward must return one gradient for each input");
    for (size_t i = 0; i < primals.size(); i++) gradients[i] = gradientOf(primals[i], gradients[i]);
    return gradients;
  };
  return mx::custom_vjp(closure(forward), gradient)(inputs);
}

/**
 * fn(inputs), of which the backward pass keeps the inputs alone and computes fn again (Chen et al. 2016), once the
 * gradient of the result is there, and gives the gradients of all inputs at once. MLX's own checkpoint waits for the
 * result only, and what is wanted of parameters may wait for the end of the step: every block's activations are kept then.
 */
Arrays checkpoint(const SharedCallback& callback, const Arrays& inputs) {
  auto function = closure(callback);
  auto gradient = [function](const Arrays& primals, const Arrays& cotangents, const Arrays&) {
    Arrays gradients = mx::vjp(function, settled(primals, cotangents), cotangents).second;
    return mx::depends(gradients, gradients);
  };
  return mx::custom_vjp(function, gradient)(inputs);
}

int compile(Environment& environment, const SharedCallback& callback, bool shapeless) {
  auto entry = std::make_shared<Compiled>();
  entry->function = mx::detail::compile(closure(callback), entry->cacheKey(), shapeless);
  environment.compiled.emplace(environment.nextCompiled, entry);
  return environment.nextCompiled++;
}

std::shared_ptr<Compiled> compiledOf(Environment& environment, int id) {
  auto found = environment.compiled.find(id);
  if (found == environment.compiled.end())
    throw Fault(codes::handle, "no compiled function has id " + std::to_string(id) + ", or it was freed");
  return found->second;
}

void forget(const Compiled& entry) {
  mx::detail::compile_erase(mx::detail::compile_cache(), entry.cacheKey());
}

Arrays compiledCall(Environment& environment, int id, const Arrays& inputs) {
  auto entry = compiledOf(environment, id);
  try {
    return entry->function(inputs);
  } catch (...) {
    // A trace that threw leaves an empty entry behind that MLX would take for a finished one.
    forget(*entry);
    throw;
  }
}

void compileFree(Environment& environment, int id) {
  auto entry = compiledOf(environment, id);
  environment.compiled.erase(id);
  forget(*entry);
}

}  // namespace

const OpTable& transforms() {
  static const OpTable table = {
      row("valueAndGrad", valueAndGrad),
      row("vjp", vjp),
      row("checkpoint", checkpoint),
      row("customVjp", customVjp),
      row("depends", settled),
      row("compile", compile),
      row("compiledCall", compiledCall),
      row("compileFree", compileFree),
  };
  return table;
}

}  // namespace ft::ops
