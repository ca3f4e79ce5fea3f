// Gradients, checkpoints, custom gradients and compilation over a JavaScript function.
// MLX calls the function with tracers; core/callback gives those handles a scope that ends with the call.
#include "mlx/transforms.h"

#include <algorithm>

#include "mlx/compile_impl.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;

ArrayFunction closure(const SharedCallback& callback) {
  return [callback](const Arrays& inputs) {
    Arrays outputs = callback->call(inputs);
    require(!outputs.empty(), "the callback returned no arrays");
    return outputs;
  };
}

Arrays joined(Arrays first, const Arrays& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

Arrays valueAndGrad(const SharedCallback& callback, const Arrays& inputs, const std::vector<int>& argnums) {
  require(!argnums.empty(), "argument 3 must name at least one input");
  auto loss = [callback](const Arrays& tracers) {
    Arrays outputs = callback->call(tracers);
    require(!outputs.empty() && outputs[0].ndim() == 0, "the callback's first output must be a scalar loss");
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

napi_value vjp(Environment& environment, const SharedCallback& callback, const Arrays& inputs,
               const Arrays& cotangents) {
  auto [outputs, gradients] = mx::vjp(closure(callback), inputs, cotangents);
  Napi::Object result = Napi::Object::New(environment.env);
  result.Set("outputs", Napi::Value(environment.env, toValue(environment, outputs)));
  result.Set("gradients", Napi::Value(environment.env, toValue(environment, gradients)));
  return result;
}

Arrays customVjp(const SharedCallback& forward, const SharedCallback& backward, const Arrays& inputs) {
  auto gradient = [backward](const Arrays& primals, const Arrays& cotangents, const Arrays& outputs) {
    Arrays gradients = backward->call(joined(joined(primals, cotangents), outputs));
    // MLX indexes the result by input without a check of its own.
    require(gradients.size() == primals.size(), "backward must return one gradient for each input");
    return gradients;
  };
  return mx::custom_vjp(closure(forward), gradient)(inputs);
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
      row("checkpoint",
          [](const SharedCallback& callback, const Arrays& inputs) {
            return mx::checkpoint(closure(callback))(inputs);
          }),
      row("customVjp", customVjp),
      row("compile", compile),
      row("compiledCall", compiledCall),
      row("compileFree", compileFree),
  };
  return table;
}

}  // namespace ft::ops
