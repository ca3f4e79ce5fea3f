// base + a b for a narrow a: in the memory of `base` where nothing else needs it, so that a low-rank update passes once
// over what it updates. Its gradients are plain products.
#include <algorithm>

#include "core/blas.h"
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"

namespace ft::kernels {

namespace {

/** Of (base (rows, columns), a (rows, rank), b (rank, columns)), all contiguous. */
class AddedProduct final : public mx::UnaryPrimitive {
 public:
  AddedProduct() : UnaryPrimitive(mx::default_stream(mx::Device::cpu)) {}

  const char* name() const override { return "AddedProduct"; }

  void eval_cpu(const Arrays& inputs, array& out) override {
    bool isTaken = inputs[0].is_donatable();
    if (isTaken) out.copy_shared_buffer(inputs[0]);
    else out.set_data(mx::allocator::malloc(out.nbytes()));
    auto& encoder = mx::cpu::get_command_encoder(stream());
    Arrays held;
    for (const array& input : inputs) {
      encoder.set_input_array(input);
      held.push_back(array::unsafe_weak_copy(input));
    }
    encoder.set_output_array(out);
    encoder.dispatch([held, isTaken, sum = array::unsafe_weak_copy(out)]() mutable { add(held, isTaken, sum); });
  }

  void eval_gpu(const Arrays&, array&) override { throw std::runtime_error("this kernel runs on the CPU alone"); }

  bool is_equivalent(const Primitive&) const override { return true; }

 private:
  static void add(const Arrays& inputs, bool isTaken, array& out) {
    const float *base = inputs[0].data<float>(), *a = inputs[1].data<float>(), *b = inputs[2].data<float>();
    float* sum = out.data<float>();
    size_t rank = inputs[1].shape(1), columns = out.shape(1);
    overRows(out.shape(0), columns, [=](size_t begin, size_t end) {
      if (!isTaken) std::copy(base + begin * columns, base + end * columns, sum + begin * columns);
      blas::multiply({end - begin, columns, rank}, 1, {a + begin * rank, rank}, {b, columns}, 1,
                     {sum + begin * columns, columns});
    });
  }
};

}  // namespace

array addedProduct(const array& base, const array& a, const array& b) {
  Arrays inputs{mx::contiguous(base), mx::contiguous(a), mx::contiguous(b)};
  return array(base.shape(), mx::float32, std::make_shared<AddedProduct>(), std::move(inputs));
}

}  // namespace ft::kernels
