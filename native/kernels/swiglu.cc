// silu(gate) * up (Shazeer 2020) in one pass, and its two gradients in one each.
#include "kernels/kernels.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED void gate(const float* gates, const float* ups, size_t count, float* __restrict out) {
  for (size_t i = 0; i < count; i++) out[i] = gates[i] * sigmoid(gates[i]) * ups[i];
}

FT_VECTORISED void gateGradient(const float* gates, const float* ups, const float* slopes, size_t count, float* __restrict out) {
  for (size_t i = 0; i < count; i++) {
    float open = sigmoid(gates[i]);
    out[i] = slopes[i] * ups[i] * open * (1.0f + gates[i] * (1.0f - open));
  }
}

namespace {

struct GateGradient {
  static constexpr const char* name = "SwigluGateGradient";

  void operator()(const Arrays& inputs, array& out) const {
    const float *gates = inputs[0].data<float>(), *ups = inputs[1].data<float>(), *slopes = inputs[2].data<float>();
    float* gradient = out.data<float>();
    overRows(out.size(), 1, [=](size_t begin, size_t end) {
      gateGradient(gates + begin, ups + begin, slopes + begin, end - begin, gradient + begin);
    });
  }

  bool operator==(const GateGradient&) const = default;
};

struct Swiglu {
  static constexpr const char* name = "Swiglu";

  Arrays vjp(const Arrays& primals, const array& cotangent, const std::vector<int>& argnums, const array&) const {
    const array &gates = primals[0], &ups = primals[1];
    Arrays gradients;
    for (int argument : argnums) {
      if (argument == 0)
        gradients.push_back(computed(gates.shape(), {gates, ups, cotangent}, GateGradient{}));
      else  // silu(gate) times the cotangent: the same kernel again.
        gradients.push_back(computed(gates.shape(), {gates, cotangent}, Swiglu{}));
    }
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
