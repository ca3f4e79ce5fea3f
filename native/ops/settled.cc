// On the CPU alone does it wait: a GPU's memory is handed out in the order of its commands.
#include "ops/settled.h"

#include <stdexcept>

#include "mlx/ops.h"
#include "mlx/primitives.h"
#include "mlx/stream.h"

namespace ft::ops {

namespace {

namespace mx = mlx::core;
using mx::array;
using Arrays = std::vector<array>;

class Settled final : public mx::Primitive {
 public:
  Settled() : Primitive(mx::default_stream(mx::Device::cpu)) {}

  const char* name() const override { return "Settled"; }

  void eval_cpu(const Arrays& inputs, Arrays& outputs) override {
    mx::synchronize(stream());
    for (size_t i = 0; i < outputs.size(); i++) outputs[i].copy_shared_buffer(inputs[i]);
  }

  void eval_gpu(const Arrays&, Arrays&) override { throw std::runtime_error("waiting is the CPU's alone"); }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) override {
    Arrays gradients;
    for (int argument : argnums) {
      bool isPassed = static_cast<size_t>(argument) < outputs.size();
      gradients.push_back(isPassed ? cotangents[argument] : mx::zeros_like(primals[argument]));
    }
    return gradients;
  }
};

}  // namespace

Arrays settled(const Arrays& inputs, const Arrays& earlier) {
  if (mx::default_device() != mx::Device::cpu) return mx::depends(inputs, earlier);
  std::vector<mx::Shape> shapes;
  std::vector<mx::Dtype> dtypes;
  for (const array& input : inputs) {
    shapes.push_back(input.shape());
    dtypes.push_back(input.dtype());
  }
  Arrays all = inputs;
  all.insert(all.end(), earlier.begin(), earlier.end());
  return array::make_arrays(std::move(shapes), dtypes, std::make_shared<Settled>(), all);
}

}  // namespace ft::ops
