// A fused kernel as a node of MLX's graph: CPU alone, float32 outputs, its gradient told by the work it does.
#pragma once

#include <stdexcept>
#include <vector>

#include "mlx/allocator.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/ops.h"
#include "mlx/primitives.h"
#include "mlx/utils.h"

namespace ft::kernels {

namespace mx = mlx::core;
using mx::array;
using Arrays = std::vector<array>;

/** MLX hands on whatever a gradient of someone's own returned; the kernels read by shape and as float32. */
inline array likeOutput(const array& cotangent, const array& output) {
  return mx::broadcast_to(mx::astype(cotangent, output.dtype()), output.shape());
}

/**
 * Memory for an output: that of the input which the work names by `takenBy(output)`, where nothing else needs it. The
 * work then finds both at the same place.
 */
template <class Work>
void giveMemory(const Arrays& inputs, size_t output, array& out) {
  if constexpr (requires { Work::takenBy(output); }) {
    const array& taken = inputs[Work::takenBy(output)];
    if (taken.is_donatable() && taken.flags().row_contiguous) return out.copy_shared_buffer(taken);
  }
  out.set_data(mx::allocator::malloc(out.nbytes()));
}

/**
 * `Work` is copied into the scheduled task, because MLX lets go of a node before its task has run. It has a `name`,
 * fills the output from contiguous inputs when called, compares with ==, and may give a gradient by `vjp`.
 */
template <class Work>
class Kernel final : public mx::UnaryPrimitive {
 public:
  explicit Kernel(Work work) : UnaryPrimitive(mx::default_stream(mx::Device::cpu)), work(work) {}

  const char* name() const override { return Work::name; }

  void eval_cpu(const Arrays& inputs, array& out) override {
    giveMemory<Work>(inputs, 0, out);
    auto& encoder = mx::cpu::get_command_encoder(stream());
    Arrays held;
    for (const array& input : inputs) {
      encoder.set_input_array(input);
      held.push_back(array::unsafe_weak_copy(input));
    }
    encoder.set_output_array(out);
    encoder.dispatch([work = work, held, result = array::unsafe_weak_copy(out)]() mutable { work(held, result); });
  }

  void eval_gpu(const Arrays&, array&) override { throw std::runtime_error("this kernel runs on the CPU alone"); }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) override {
    if constexpr (requires { work.vjp(primals, cotangents[0], argnums, outputs[0]); })
      return work.vjp(primals, likeOutput(cotangents[0], outputs[0]), argnums, outputs[0]);
    else
      return UnaryPrimitive::vjp(primals, cotangents, argnums, outputs);
  }

  bool is_equivalent(const Primitive& other) const override {
    return static_cast<const Kernel&>(other).work == work;
  }

 private:
  const Work work;
};

/** The same with several outputs, which the work is told of as a list; it reads inputs as they lie in memory. */
template <class Work>
class KernelOfMany final : public mx::Primitive {
 public:
  explicit KernelOfMany(Work work) : Primitive(mx::default_stream(mx::Device::cpu)), work(work) {}

  const char* name() const override { return Work::name; }

  void eval_cpu(const Arrays& inputs, Arrays& outputs) override {
    auto& encoder = mx::cpu::get_command_encoder(stream());
    Arrays held, results;
    for (const array& input : inputs) {
      encoder.set_input_array(input);
      held.push_back(array::unsafe_weak_copy(input));
    }
    for (size_t index = 0; index < outputs.size(); index++) {
      giveMemory<Work>(inputs, index, outputs[index]);
      encoder.set_output_array(outputs[index]);
      results.push_back(array::unsafe_weak_copy(outputs[index]));
    }
    encoder.dispatch([work = work, held, results]() mutable { work(held, results); });
  }

  void eval_gpu(const Arrays&, Arrays&) override { throw std::runtime_error("this kernel runs on the CPU alone"); }

  Arrays vjp(const Arrays& primals, const Arrays& cotangents, const std::vector<int>& argnums,
             const Arrays& outputs) override {
    if constexpr (requires { work.vjp(primals, cotangents, argnums, outputs); })
      return work.vjp(primals, cotangents, argnums, outputs);
    else
      return Primitive::vjp(primals, cotangents, argnums, outputs);
  }

  bool is_equivalent(const Primitive& other) const override {
    return static_cast<const KernelOfMany&>(other).work == work;
  }

 private:
  const Work work;
};

/** Arrays of the given shapes and dtypes, computed together by `work` from inputs as they lie in memory. */
template <class Work>
Arrays computedTogether(const std::vector<mx::Shape>& shapes, const std::vector<mx::Dtype>& dtypes,
                        const Arrays& inputs, Work work) {
  return array::make_arrays(shapes, dtypes, std::make_shared<KernelOfMany<Work>>(work), inputs);
}

/** The same, all in float32. */
template <class Work>
Arrays computedTogether(const std::vector<mx::Shape>& shapes, const Arrays& inputs, Work work) {
  return computedTogether(shapes, std::vector<mx::Dtype>(shapes.size(), mx::float32), inputs, work);
}

/** The array itself where it is known to lie in order, as weights do: a node less to evaluate. */
inline array inOrder(const array& input) {
  bool isKnown = input.is_available() && input.flags().row_contiguous;
  return isKnown ? input : mx::contiguous(input);
}

/** A float32 array of the given shape, computed by `work`. */
template <class Work>
array computed(const mx::Shape& shape, const Arrays& inputs, Work work) {
  Arrays contiguous;
  for (const array& input : inputs) contiguous.push_back(inOrder(input));
  return array(shape, mx::float32, std::make_shared<Kernel<Work>>(work), std::move(contiguous));
}

}  // namespace ft::kernels
