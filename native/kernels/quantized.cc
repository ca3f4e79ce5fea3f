// Products with packed weights on the CPU: some rows of the weights are unpacked into a buffer that is used again, and
// BLAS multiplies with them. Few rows of x, as in decoding, are multiplied with each row as it is unpacked.
// The gradient for x is the same product the other way round.
#include <algorithm>
#include <memory>

#include "core/blas.h"
#include "core/pool.h"
#include "core/tiles.h"
#include "kernels/kernels.h"
#include "kernels/packed-rows.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"
#include "mlx/transforms.h"

namespace ft::kernels {

FT_VECTORISED float dot(const float* a, const float* b, size_t count) {
  return sum(count, [&](size_t i) { return a[i] * b[i]; });
}

namespace {

/** Numbers of the buffer: two megabytes stay in most caches while they are multiplied with. */
constexpr size_t bufferSize = 1 << 19;
/** Rows of weights for which a product is worth its packing, however long they are. */
constexpr size_t leastTile = 64;
/** So few rows of x are not worth packing for BLAS. */
constexpr size_t fewRows = 4;

/** Memory of this thread that keeps its size. */
float* scratch(size_t count) {
  thread_local std::unique_ptr<float[]> memory;
  thread_local size_t size = 0;
  if (size < count) memory.reset(new float[size = count]);
  return memory.get();
}

size_t rowsPerTile(const PackedRows& weights, size_t rows) {
  size_t fitting = std::max(leastTile, bufferSize / weights.columns / 16 * 16);
  return std::min(rows, fitting);
}

/** Calls work(first, count, tile) with `rows` rows, unpacked some at a time. */
template <class Work>
void inTiles(const PackedRows& weights, size_t rows, const Work& work) {
  size_t most = rowsPerTile(weights, rows);
  float* tile = scratch(most * weights.columns);
  for (size_t first = 0; first < rows; first += most) {
    size_t count = std::min(most, rows - first);
    overRows(count, weights.columns, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++) weights.unpack(first + row, tile + row * weights.columns);
    });
    work(first, count, tile);
  }
}

/** A piece for each of some rows of weights: each is unpacked once, and multiplied with every row of x. */
void multiplyFew(const float* x, size_t count, const PackedRows& weights, size_t rows, float* out) {
  overRows(rows, weights.columns, [&](size_t begin, size_t end) {
    float* unpacked = scratch(weights.columns);
    for (size_t row = begin; row < end; row++) {
      weights.unpack(row, unpacked);
      for (size_t i = 0; i < count; i++) out[i * rows + row] = dot(x + i * weights.columns, unpacked, weights.columns);
    }
  });
}

/** c = a b, or c + a b where it `adds`, in tiles that the pool's threads take. */
void multiplyInTiles(blas::Extent extent, blas::Factor a, blas::Factor b, blas::Result c, bool adds) {
  auto [m, n, k] = extent;
  Tiles tiles = tilesOf(static_cast<int>(m), static_cast<int>(n), static_cast<int>(k));
  pool::each(tiles.count, [&](size_t index) {
    size_t begin = tiles.begin(index), length = tiles.begin(index + 1) - begin;
    blas::Extent part = tiles.ofRows ? blas::Extent{length, n, k} : blas::Extent{m, length, k};
    blas::Factor left = a, right = b;
    if (tiles.ofRows) left.data += begin * a.stride;
    else right.data += begin * (b.isTransposed ? b.stride : 1);
    blas::Result result{c.data + begin * (tiles.ofRows ? c.stride : 1), c.stride};
    blas::multiply(part, 1, left, right, adds ? 1 : 0, result);
  });
}

struct QuantizedProduct {
  Packing packing;
  bool transpose;
  static constexpr const char* name = "QuantizedProduct";

  static std::optional<array> biasesOf(const Arrays& inputs) {
    return inputs.size() > 3 ? std::optional<array>(inputs[3]) : std::nullopt;
  }

  Arrays vjp(const Arrays& primals, const array& cotangent, const std::vector<int>& argnums, const array&) const {
    Arrays gradients;
    for (int argument : argnums) gradients.push_back(gradient(primals, cotangent, argument));
    return gradients;
  }

  array gradient(const Arrays& primals, const array& cotangent, int argument) const {
    if (argument == 0)
      return quantizedProduct(cotangent, primals[1], primals[2], biasesOf(primals), !transpose, packing);
    if (argument == 1 || packing.format != Format::affine) return mx::zeros_like(primals[argument]);
    // Nobody trains scales and biases: MLX's own product serves.
    auto product = [&](const Arrays& one) {
      const array &scales = argument == 2 ? one[0] : primals[2], &biases = argument == 3 ? one[0] : primals[3];
      return Arrays{mx::quantized_matmul(primals[0], primals[1], scales, biases, transpose, packing.groupSize,
                                         packing.bits, "affine")};
    };
    return mx::vjp(product, {primals[argument]}, {cotangent}).second[0];
  }

  void operator()(const Arrays& inputs, array& out) const {
    const array &x = inputs[0], &packed = inputs[1];
    size_t rows = packed.shape(0), columns = transpose ? x.shape(-1) : out.shape(-1);
    const float* biases = inputs.size() > 3 ? inputs[3].data<float>() : nullptr;
    PackedRows weights{packing, columns, packed.data<uint8_t>(), inputs[2].data<uint8_t>(), biases};
    size_t count = x.size() / x.shape(-1);
    if (!transpose) return multiplyBack(x.data<float>(), count, weights, rows, out.data<float>());
    if (count <= fewRows) return multiplyFew(x.data<float>(), count, weights, rows, out.data<float>());
    multiply(x.data<float>(), count, weights, rows, out.data<float>());
  }

  /** out (count, rows) = x (count, columns) times the transposed weights. */
  static void multiply(const float* x, size_t count, const PackedRows& weights, size_t rows, float* out) {
    size_t columns = weights.columns;
    inTiles(weights, rows, [=](size_t first, size_t some, const float* tile) {
      multiplyInTiles({count, some, columns}, {x, columns}, {tile, columns, true}, {out + first, rows}, false);
    });
  }

  /** out (count, columns) = x (count, rows) times the weights, a part of the sum with each tile. */
  static void multiplyBack(const float* x, size_t count, const PackedRows& weights, size_t rows, float* out) {
    size_t columns = weights.columns;
    inTiles(weights, rows, [=](size_t first, size_t some, const float* tile) {
      multiplyInTiles({count, columns, some}, {x + first, rows}, {tile, columns}, {out, columns}, first > 0);
    });
  }

  bool operator==(const QuantizedProduct&) const = default;
};

}  // namespace

bool suitsQuantized(const array& x, const array& packed, const array& scales, const std::optional<array>& biases) {
  if (!blas::hasMultiply() || packed.ndim() != 2 || packed.size() == 0) return false;
  return biases ? suits({x, scales, *biases}) : suits({x});
}

array quantizedProduct(const array& x, const array& packed, const array& scales, const std::optional<array>& biases,
                       bool transpose, const Packing& packing) {
  mx::Shape shape = x.shape();
  shape.back() = transpose ? packed.shape(0) : packed.shape(1) * 32 / packing.bits;
  Arrays inputs{x, packed, scales};
  if (biases) inputs.push_back(*biases);
  return computed(shape, inputs, QuantizedProduct{packing, transpose});
}

}  // namespace ft::kernels
