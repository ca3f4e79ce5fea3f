// silu(gate) * up (Shazeer 2020) in one pass, and its two gradients in one.
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED void gate(const float* gates, const float* ups, size_t count, float* __restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = gates[i] * sigmoid(gates[i]) * ups[i];
}

FT_VECTORISED void gradients(const float* gates, const float* ups, const float* slopes, size_t count,
                             float* __restrict ofGates, float* __restrict ofUps) {
  for (size_t i = 0; i < count; i++) {
    float open = sigmoid(gates[i]);
    ofGates[i] = slopes[i] * ups[i] * open * (1.0f + gates[i] * (1.0f - open));
    ofUps[i] = gates[i] * open * slopes[i];
  }
}

namespace {

/** Of (gates, ups, cotangent), all contiguous: the gradients of both, from one sigmoid. */
struct SwigluGradients {
  static constexpr const char* name = "SwigluGradients";

  void operator()(const Arrays& inputs, Arrays& outputs) const {
    const float *gates = inputs[0].data<float>(), *ups = inputs[1].data<float>(), *slopes = inputs[2].data<float>();
    float *ofGates = outputs[0].data<float>(), *ofUps = outputs[1].data<float>();
    overRows(outputs[0].size(), 1, [=](size_t begin, size_t end) {
      gradients(gates + begin, ups + begin, slopes + begin, end - begin, ofGates + begin, ofUps + begin);
    });
  }

  bool operator==(const SwigluGradients&) const = default;
};

struct Swiglu {
  static constexpr const char* name = "Swiglu";

  Arrays vjp(const Arrays& primals, const array& cotangent, const std::vector<int>& argnums, const array&) const {
    Arrays inputs{mx::contiguous(primals[0]), mx::contiguous(primals[1]), mx::contiguous(cotangent)};
    Arrays both = computedTogether({primals[0].shape(), primals[1].shape()}, inputs, SwigluGradients{});
    Arrays gradients;
    for (int argument : argnums) gradients.push_back(both[argument]);
    return gradients;
  }

  void operator()(const Arrays& inputs, array& out) const {
    const float *gates = inputs[0].data<float>(), *ups = inputs[1].data<float>();
    float* result = out.data<float>();
    overRows(out.size(), 1, [=](size_t begin, size_t end) {
      gate(gates + begin, ups + begin, end - begin, result + begin);
    });
  }

  bool operator==(const Swiglu&) const = default;
};

}  // namespace

array swiglu(const array& gate, const array& up) { return computed(gate.shape(), {gate, up}, Swiglu{}); }

}  // namespace ft::kernels
