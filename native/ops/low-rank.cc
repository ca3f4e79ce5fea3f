// What low-rank adapters need beyond plain ops: the norm of an updated matrix that is never formed, products scaled by
// learned magnitudes with a gradient of their own, and decompositions, which MLX has on the CPU alone.
// LoRA's linear layer is in composites.cc; layers are TypeScript's.
#include "kernels/kernels.h"
#include "mlx/linalg.h"
#include "mlx/ops.h"
#include "mlx/transforms.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Arrays = std::vector<array>;

/** Below any norm that weights have; a row of zeros stays zero instead of dividing by its norm. */
constexpr double leastSquare = 1e-30;

array wide(const array& a) { return mx::astype(a, mx::float32); }

/**
 * Norm of each row of W + scale·(A·B)ᵀ, (out), without gradient: ‖w‖² + 2·scale·(w·A)·b + scale²·b·(Aᵀ·A)·b for its
 * row w and the column b of B. `squares` (out) are those of W's rows, `products` (rank, out) = Aᵀ·Wᵀ.
 */
array updatedNorm(const array& squares, const array& products, const array& a, const array& b, double scale) {
  require(a.ndim() == 2 && b.ndim() == 2 && products.shape() == b.shape() && a.shape(1) == b.shape(0),
          "needs A (in, rank), B and products (rank, out), got " + describe(a) + ", " + describe(b) + " and " +
              describe(products));
  require(squares.ndim() == 1 && squares.shape(0) == b.shape(1), "needs one square for each column of B");
  array narrow = wide(mx::stop_gradient(a));
  array columns = wide(mx::stop_gradient(b));
  array own = mx::matmul(mx::matmul(mx::transpose(narrow), narrow), columns);
  array cross = mx::add(mx::multiply(scalarOf(2 * scale, mx::float32), wide(mx::stop_gradient(products))),
                        mx::multiply(scalarOf(scale * scale, mx::float32), own));
  array added = mx::sum(mx::multiply(cross, columns), 0);
  return mx::sqrt(mx::maximum(mx::add(squares, added), scalarOf(leastSquare, mx::float32)));
}

/** (…, columns) as (rows, columns). */
array asRows(const array& a) { return mx::reshape(a, {-1, a.shape(-1)}); }

/** x·gain + added, columns by columns. */
array scaledAdd(const array& x, const array& gain, const array& added) {
  if (kernels::suits({x, gain, added})) return kernels::scaledAdd(x, gain, added);
  return mx::add(mx::multiply(x, mx::astype(gain, x.dtype())), mx::astype(added, x.dtype()));
}

/** gradient·gain, and Σ gradient·output of each column. */
std::pair<array, array> scaleGradients(const array& gradient, const array& gain, const array& output) {
  if (kernels::suits({gradient, gain, output})) return kernels::scaleGradients(gradient, gain, output);
  return {mx::multiply(gradient, mx::astype(gain, gradient.dtype())),
          mx::sum(mx::multiply(wide(gradient), wide(output)), 0)};
}

/** base·g + narrow·(scale·g·B), for g = m / norm. */
array scaledSum(const Arrays& inputs, double scale) {
  const array &base = inputs[0], &narrow = inputs[1], &b = inputs[2];
  array gain = mx::divide(inputs[3], inputs[4]);
  array columns = mx::multiply(b, mx::multiply(gain, scalarOf(scale, mx::float32)));
  array sum = scaledAdd(asRows(base), gain, mx::matmul(asRows(narrow), columns));
  return mx::reshape(sum, base.shape());
}

/**
 * dm of each row is Σ gradient·y / m, where y = m·(what is scaled) is the output, which others keep anyway. All are given
 * together: each would else keep what it is computed from until the update asks for it, last of all.
 */
Arrays scaledSumGradients(const Arrays& inputs, const array& cotangent, const array& output, double scale) {
  const array &base = inputs[0], &narrow = inputs[1], &b = inputs[2], &magnitude = inputs[3], &norm = inputs[4];
  array gain = mx::divide(magnitude, norm);
  array columnGain = mx::multiply(gain, scalarOf(scale, mx::float32));
  array rows = asRows(cotangent);
  auto [baseGradient, sums] = scaleGradients(rows, gain, asRows(output));
  array isZero = mx::equal(magnitude, scalarOf(0, magnitude.dtype()));
  array own = mx::where(isZero, scalarOf(0, mx::float32), mx::divide(sums, magnitude));
  array typed = mx::astype(rows, b.dtype());
  array narrowGradient = mx::matmul(typed, mx::transpose(mx::multiply(b, columnGain)));
  array wideGradient = mx::matmul(mx::transpose(asRows(narrow)), typed);
  Arrays gradients{mx::reshape(baseGradient, base.shape()),
                   mx::reshape(mx::astype(narrowGradient, narrow.dtype()), narrow.shape()),
                   mx::astype(mx::multiply(wideGradient, columnGain), b.dtype()),
                   mx::astype(own, magnitude.dtype())};
  gradients = mx::depends(gradients, gradients);
  gradients.push_back(mx::zeros_like(norm));
  return gradients;
}

/**
 * m / norm · (base + scale·narrow·B) (Liu et al. 2024): base (…, out) = x·Wᵀ, narrow (…, rank) = x·A, B (rank, out), m
 * and norm (out). MLX's own gradient of m would keep the sum as it is before scaling.
 */
array doraSum(const array& base, const array& narrow, const array& b, const array& magnitude, const array& norm,
              double scale) {
  require(b.ndim() == 2 && base.ndim() >= 1 && narrow.ndim() == base.ndim(),
          "needs base (…, out), narrow (…, rank) and B (rank, out)");
  mx::Shape wanted{base.shape(-1)};
  require(narrow.shape(-1) == b.shape(0) && base.shape(-1) == b.shape(1) && magnitude.shape() == wanted &&
              norm.shape() == wanted,
          "sizes do not agree: base " + describe(base) + ", narrow " + describe(narrow) + ", B " + describe(b) +
              ", magnitude " + describe(magnitude));
  auto forward = [scale](const Arrays& inputs) { return Arrays{scaledSum(inputs, scale)}; };
  auto backward = [scale](const Arrays& inputs, const Arrays& cotangents, const Arrays& outputs) {
    return scaledSumGradients(inputs, cotangents[0], outputs[0], scale);
  };
  return mx::custom_vjp(forward, backward)({base, narrow, b, magnitude, norm})[0];
}

void requireMatrix(const array& a) {
  require(a.ndim() == 2 && a.dtype() == mx::float32 && a.size() > 0, "takes a float32 matrix, got " + describe(a));
}

/** Orthonormal columns that span those of a tall matrix, and the triangle that makes them so. */
Arrays qr(const array& a) {
  requireMatrix(a);
  auto [q, r] = mx::linalg::qr(a, mx::Device::cpu);
  return {q, r};
}

/** Eigenvalues, ascending, and eigenvectors as columns of a symmetric matrix, of which the lower half is read. */
Arrays eigh(const array& a) {
  requireMatrix(a);
  require(a.shape(0) == a.shape(1), "takes a square matrix, got " + describe(a));
  auto [values, vectors] = mx::linalg::eigh(a, "L", mx::Device::cpu);
  return {values, vectors};
}

}  // namespace

const OpTable& lowRank() {
  static const OpTable table = {
      row("updatedNorm", updatedNorm),
      row("doraSum", doraSum),
      row("qr", qr),
      row("eigh", eigh),
  };
  return table;
}

}  // namespace ft::ops
