// Several MLX ops behind one call, where crossing from JavaScript once instead of ten times pays.
// No policy: what to train, when to clip and how the rate moves is decided above.
#include <cmath>

#include "kernels/kernels.h"
#include "kernels/narrow-products.h"
#include "kernels/optimizers.h"
#include "mlx/ops.h"
#include "mlx/random.h"
#include "mlx/transforms.h"
#include "ops/adamw.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;
using Maybe = std::optional<array>;

array asRows(const array& x) { return mx::reshape(x, {-1, x.shape(-1)}); }

/** Whether weights are read as they are stored. What is trained keeps the order of sums that MLX has for many rows. */
bool readsStored(const array& x, const array& weight) {
  bool isTrained = weight.dtype() == mx::float32 && (x.is_tracer() || weight.is_tracer());
  return !isTrained && kernels::suitsStored(x, weight);
}

array linearLayer(const array& x, const array& weight, const Maybe& bias) {
  if (readsStored(x, weight)) {
    array product = kernels::storedProduct(x, weight);
    return bias ? mx::add(product, *bias) : product;
  }
  array transposed = mx::transpose(weight);
  return bias ? mx::addmm(*bias, x, transposed) : mx::matmul(x, transposed);
}

/** The same where the weight is trained on the CPU: MLX's gradient of it lies transposed, which all that follows pays. */
array trainedLayer(const array& x, const array& weight) {
  auto forward = [](const Arrays& inputs) { return Arrays{linearLayer(inputs[0], inputs[1], std::nullopt)}; };
  auto backward = [](const Arrays& inputs, const Arrays& cotangents, const Arrays&) {
    array slopes = asRows(mx::astype(cotangents[0], mx::float32));
    return Arrays{mx::reshape(mx::matmul(slopes, inputs[1]), inputs[0].shape()),
                  mx::matmul(mx::transpose(slopes), asRows(inputs[0]))};
  };
  return mx::custom_vjp(forward, backward)({x, weight})[0];
}

array linearOf(const array& x, const array& weight, const Maybe& bias) {
  bool isTrained = weight.is_tracer() && weight.ndim() == 2 && x.ndim() > 1 && x.shape(-1) == weight.shape(1);
  if (!isTrained || !kernels::suitsProducts({x, weight})) return linearLayer(x, weight, bias);
  array product = trainedLayer(x, weight);
  return bias ? mx::add(product, *bias) : product;
}

array dropped(const array& x, double probability, const array& key) {
  require(probability >= 0 && probability < 1, "dropout must be at least 0 and less than 1");
  double kept = 1 - probability;
  array mask = mx::random::bernoulli(array(static_cast<float>(kept)), x.shape(), key);
  return mx::multiply(mx::multiply(mask, x), scalarOf(1 / kept, x.dtype()));
}

/** slopes times the weight of a layer: back from its output to its input. */
array productBack(const array& slopes, const array& weight) {
  bool isHalf = weight.dtype() != mx::float32 && kernels::suitsProducts({slopes});
  return isHalf ? kernels::storedProduct(slopes, weight, false) : mx::matmul(slopes, weight);
}

/** A linear layer and what LoRA adds to it on the CPU: passed over once, where the product lies. */
class FusedLora {
 public:
  static bool suits(const array& x, const array& weight, const Maybe& bias, const array& a, const array& b) {
    bool isStored = kernels::suitsStored(x, weight) || kernels::suits({weight});
    return x.ndim() > 0 && isStored && kernels::suitsProducts({x, bias.value_or(x), a, b});
  }

  /** `drops`: the update reads another input than the layer. */
  FusedLora(double scale, bool hasBias, bool drops) : scale(scale), hasBias(hasBias), drops(drops) {}

  /** Of x, weight, A, B, the bias and what the update reads, if it reads something else. */
  array of(const Arrays& inputs) const {
    auto forward = [self = *this](const Arrays& all) { return self.forward(all); };
    auto backward = [self = *this](const Arrays& all, const Arrays& cotangents, const Arrays& outputs) {
      return self.backward(all, cotangents[0], outputs[1]);
    };
    return mx::custom_vjp(forward, backward)(inputs)[0];
  }

 private:
  /** The layer's output, and scale x A for the backward pass. */
  Arrays forward(const Arrays& inputs) const {
    array base = linearLayer(asRows(inputs[0]), inputs[1], hasBias ? Maybe(inputs[4]) : std::nullopt);
    array narrow = times(asRows(readBy(inputs)), {inputs[2]});
    mx::Shape shape = inputs[0].shape();
    shape.back() = inputs[1].shape(0);
    return {mx::reshape(kernels::addedProduct(base, narrow, {inputs[3]}), shape), narrow};
  }

  /** Of what nobody asks for, as of frozen weights, nothing is computed. */
  Arrays backward(const Arrays& inputs, const array& cotangent, const array& narrow) const {
    const array &x = inputs[0], &read = readBy(inputs);
    array slopes = asRows(mx::astype(cotangent, mx::float32)), across = mx::transpose(slopes);
    array ranks = times(slopes, {inputs[3], true}), back = productBack(slopes, inputs[1]);
    array own = drops ? back : kernels::addedProduct(back, ranks, {inputs[2], true});
    array byWeight = mx::astype(mx::matmul(across, asRows(x)), inputs[1].dtype());
    Arrays gradients{mx::reshape(own, x.shape()), byWeight, overRows(ranks, asRows(read), true),
                     overRows(narrow, slopes, false)};
    if (hasBias) gradients.push_back(mx::sum(slopes, 0));
    if (drops) gradients.push_back(mx::reshape(mx::matmul(ranks, mx::transpose(inputs[2])), read.shape()));
    return gradients;
  }

  /** scale x b. */
  array times(const array& x, kernels::Narrow b) const {
    int rank = b.matrix.shape(b.isTransposed ? 0 : 1);
    if (kernels::suitsNarrow(rank)) return kernels::narrowProduct(x, b, static_cast<float>(scale));
    array scaled = mx::multiply(scalarOf(scale, mx::float32), b.matrix);
    return mx::matmul(x, b.isTransposed ? mx::transpose(scaled) : scaled);
  }

  /** The transpose of a times x, or the transpose of that. */
  static array overRows(const array& a, const array& x, bool isTurned) {
    if (kernels::suitsNarrow(a.shape(1))) return kernels::productOverRows(a, x, isTurned);
    return isTurned ? mx::matmul(mx::transpose(x), a) : mx::matmul(mx::transpose(a), x);
  }

  const array& readBy(const Arrays& inputs) const { return drops ? inputs.back() : inputs[0]; }

  double scale;
  bool hasBias, drops;
};

void requireSizes(const array& x, const array& weight, const array& a, const array& b) {
  require(weight.ndim() == 2 && a.ndim() == 2 && b.ndim() == 2 && x.shape(-1) == weight.shape(1) &&
              a.shape(0) == weight.shape(1) && b.shape(1) == weight.shape(0) && a.shape(1) == b.shape(0),
          "sizes do not agree: x " + describe(x) + ", weight " + describe(weight) + ", A " + describe(a) + ", B " +
              describe(b));
}

array loraLinear(const array& x, const array& weight, const Maybe& bias, const array& a, const array& b, double scale,
                 double dropout, const Maybe& key) {
  bool drops = key && dropout != 0;
  array input = drops ? dropped(x, dropout, *key) : x;
  if (FusedLora::suits(x, weight, bias, a, b)) {
    requireSizes(x, weight, a, b);
    Arrays inputs{x, weight, a, b};
    if (bias) inputs.push_back(*bias);
    if (drops) inputs.push_back(input);
    return FusedLora(scale, bias.has_value(), drops).of(inputs);
  }
  array base = linearLayer(x, weight, bias);
  array update = mx::matmul(mx::matmul(input, a), b);
  array scaled = mx::multiply(scalarOf(scale, update.dtype()), update);
  // Float32 adapters over a half-precision base must not widen what flows on.
  return mx::add(base, mx::astype(scaled, x.dtype()));
}

struct AdamwStep {
  AdamwSettings settings;
  mx::Dtype dtype;
  // 0-dimensional, and in the gradient's dtype as in the reference, so that both round alike.
  array rate, decay, firstCorrection, secondCorrection;

  AdamwStep(const AdamwSettings& s, mx::Dtype dtype)
      : settings(s),
        dtype(dtype),
        rate(mx::astype(scalarOf(s.learningRate, mx::float32), dtype)),
        decay(mx::subtract(scalarOf(1, dtype), mx::multiply(rate, scalarOf(s.weightDecay, dtype)))),
        firstCorrection(mx::astype(mx::divide(rate, remaining(s.beta1)), dtype)),
        secondCorrection(mx::astype(mx::rsqrt(remaining(s.beta2)), dtype)) {}

  /** 1 - beta^step. */
  array remaining(double beta) const {
    array power = mx::power(scalarOf(beta, mx::float32), scalarOf(static_cast<double>(settings.step), mx::float32));
    return mx::subtract(scalarOf(1, mx::float32), power);
  }

  array moment(const array& previous, double beta, const array& value) const {
    return mx::add(mx::multiply(scalarOf(beta, previous.dtype()), previous),
                   mx::multiply(scalarOf(1 - beta, value.dtype()), value));
  }

  array update(const array& parameter, const array& first, const array& second) const {
    array root = mx::sqrt(second);
    array eps = scalarOf(settings.eps, second.dtype());
    array decayed = mx::multiply(parameter, decay);
    if (!settings.biasCorrection)
      return mx::subtract(decayed, mx::divide(mx::multiply(rate, first), mx::add(root, eps)));
    array denominator = mx::add(mx::multiply(root, secondCorrection), eps);
    return mx::subtract(decayed, mx::divide(mx::multiply(firstCorrection, first), denominator));
  }
};

/** Whether the kernel can move it: all float32, on the CPU, of one shape. */
bool movesAlike(const array& parameter, const array& gradient, const array& first, const array& second) {
  const mx::Shape& shape = parameter.shape();
  return gradient.shape() == shape && first.shape() == shape && second.shape() == shape &&
         kernels::suits({parameter, gradient, first, second});
}

Arrays adamw(const Arrays& parameters, const Arrays& gradients, const Arrays& first, const Arrays& second,
             const AdamwSettings& settings) {
  requireStep(parameters, gradients, first, second, settings);
  size_t count = parameters.size();
  Arrays results(count * 3, array(0));
  std::optional<AdamwStep> step;
  kernels::AdamwNumbers numbers = adamwNumbers(settings);
  for (size_t i = 0; i < count; i++) {
    if (movesAlike(parameters[i], gradients[i], first[i], second[i])) {
      Arrays moved = kernels::adamw(parameters[i], gradients[i], first[i], second[i], numbers);
      for (size_t part = 0; part < 3; part++) results[part * count + i] = moved[part];
      continue;
    }
    if (!step || step->dtype != gradients[i].dtype()) step.emplace(settings, gradients[i].dtype());
    array m = step->moment(first[i], settings.beta1, gradients[i]);
    array v = step->moment(second[i], settings.beta2, mx::square(gradients[i]));
    results[i] = step->update(parameters[i], m, v);
    results[count + i] = m;
    results[2 * count + i] = v;
  }
  return results;
}

array squaresOf(const Arrays& gradients) {
  bool areSuited = !gradients.empty();
  for (const array& gradient : gradients) areSuited = areSuited && kernels::suits({gradient});
  if (areSuited) return kernels::squares(gradients);
  array total(0.0f);
  for (const array& gradient : gradients)
    total = mx::add(total, mx::sum(mx::square(mx::astype(gradient, mx::float32))));
  return total;
}

Arrays clipNorm(const Arrays& gradients, double maximum) {
  array norm = mx::sqrt(squaresOf(gradients));
  array ratio = mx::divide(scalarOf(maximum, mx::float32), mx::add(norm, scalarOf(1e-6, mx::float32)));
  array factor = mx::minimum(ratio, scalarOf(1, mx::float32));
  Arrays results{norm};
  for (const array& gradient : gradients)
    results.push_back(mx::multiply(gradient, mx::astype(factor, gradient.dtype())));
  return results;
}

}  // namespace

const OpTable& composites() {
  static const OpTable table = {
      row("linear", linearOf),
      row("loraLinear", loraLinear),
      row("swiglu",
          [](const array& gate, const array& up) {
            if (kernels::suits({gate, up}) && gate.shape() == up.shape()) return kernels::swiglu(gate, up);
            return mx::multiply(mx::multiply(gate, mx::sigmoid(gate)), up);
          }),
      row("adamw", adamw),
      row("clipNorm", clipNorm),
  };
  return table;
}

}  // namespace ft::ops
