// Products with weights that are not float32 as they lie. Few rows of x meet each row of weights once; for many, some
// rows of weights at a time are unpacked into a buffer that is used again, and BLAS multiplies with them.
// A matrix of weights says how many `columns` it has, what is in a row (`unpack`) and multiplies few rows (`multiply`).
#pragma once

#include <algorithm>

#include "core/blas.h"
#include "core/pool.h"
#include "core/tiles.h"
#include "kernels/few-rows.h"
#include "kernels/scratch.h"
#include "kernels/threads.h"

namespace ft::kernels {

/** Numbers of the buffer: two megabytes stay in most caches while they are multiplied with. */
constexpr size_t tileNumbers = 1 << 19;
/** Rows of weights for which a product is worth its packing, however long they are. */
constexpr size_t leastTile = 64;
/** Rows of weights that are unpacked together for few rows of x. */
constexpr size_t unpackedAtOnce = 8;

/** Few rows times weights from row `first` on, some of which are unpacked at a time. */
template <class Weights>
void multiplyUnpacked(const FewRows& x, const Weights& weights, size_t first, size_t count, const Products& out) {
  float* unpacked = scratch(unpackedAtOnce * weights.columns);
  for (size_t at = 0; at < count; at += unpackedAtOnce) {
    size_t some = std::min(unpackedAtOnce, count - at);
    for (size_t row = 0; row < some; row++) weights.unpack(first + at + row, unpacked + row * weights.columns);
    multiplyFew(x, WeightRows<float>{unpacked, weights.columns}, some, {out.data + at, out.stride});
  }
}

/** out (count, rows) = few rows of x (count, columns) times the transpose of all weights; threads take some of these. */
template <class Weights>
void multiplyFewRows(const float* x, size_t count, const Weights& weights, size_t rows, float* out) {
  constexpr size_t pieceWork = 1 << 15, unit = 16, rowsForFree = 4;
  size_t work = weights.columns * std::max<size_t>(1, count / rowsForFree);
  size_t piece = std::max(unit, pieceWork / work / unit * unit);
  pool::each((rows + piece - 1) / piece, [&](size_t index) {
    size_t first = index * piece;
    weights.multiply({x, count, weights.columns}, first, std::min(piece, rows - first), {out + first, rows});
  });
}

/** Calls work(first, count, tile) with `rows` rows, unpacked some at a time. */
template <class Weights, class Work>
void inTiles(const Weights& weights, size_t rows, const Work& work) {
  size_t most = std::min(rows, std::max(leastTile, tileNumbers / weights.columns / 16 * 16));
  float* tile = scratch(most * weights.columns);
  for (size_t first = 0; first < rows; first += most) {
    size_t count = std::min(most, rows - first);
    overRows(count, weights.columns, [&](size_t begin, size_t end) {
      for (size_t row = begin; row < end; row++) weights.unpack(first + row, tile + row * weights.columns);
    });
    work(first, count, tile);
  }
}

/** c = a b, or c + a b where it `adds`, in tiles that the pool's threads take. */
inline void multiplyInTiles(blas::Extent extent, blas::Factor a, blas::Factor b, blas::Result c, bool adds) {
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

/** out (count, rows) = x (count, columns) times the transposed weights. */
template <class Weights>
void multiplyRows(const float* x, size_t count, const Weights& weights, size_t rows, float* out) {
  if (count <= mostFewRows) return multiplyFewRows(x, count, weights, rows, out);
  size_t columns = weights.columns;
  inTiles(weights, rows, [=](size_t first, size_t some, const float* tile) {
    multiplyInTiles({count, some, columns}, {x, columns}, {tile, columns, true}, {out + first, rows}, false);
  });
}

/** out (count, columns) = x (count, rows) times the weights, a part of the sum with each tile. */
template <class Weights>
void multiplyBack(const float* x, size_t count, const Weights& weights, size_t rows, float* out) {
  size_t columns = weights.columns;
  inTiles(weights, rows, [=](size_t first, size_t some, const float* tile) {
    multiplyInTiles({count, columns, some}, {x + first, rows}, {tile, columns}, {out, columns}, first > 0);
  });
}

}  // namespace ft::kernels
