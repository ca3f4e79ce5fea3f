// How a matrix product is cut into tiles: by its shape alone, never by how many threads or cores there are, so that
// these change no bit. Not the computing of tiles: that is blas.cc.
#pragma once

#include <algorithm>
#include <cstdint>

namespace ft {

/** Strips along the longer side of a product, as wide as each other to within `unit`. */
struct Tiles {
  static constexpr int64_t unit = 16;

  bool ofRows;
  int64_t length;
  int64_t count = 1;

  /** Where strip `index` begins, and the one before it ends. */
  int begin(size_t index) const {
    int64_t units = (length + unit - 1) / unit;
    return static_cast<int>(std::min(length, units * static_cast<int64_t>(index) / count * unit));
  }
};

/**
 * The tiles of a product of m x k by k x n. Each tile packs the whole shorter side anew, which costs the less the wider
 * tiles are: 256 to 512 for four of them, 512 to 1024 for eight.
 */
inline Tiles tilesOf(int m, int n, int k) {
  constexpr int64_t mostTiles = 32, widthPerTile = 64;
  /** Multiplications worth a tile; products of less than a million OpenBLAS computes in another order, too. */
  constexpr int64_t leastWork = 1'500'000;
  Tiles tiles{m >= n, std::max(m, n)};
  int64_t across = int64_t{std::min(m, n)} * k;
  auto isWorth = [&](int64_t count) {
    int64_t width = tiles.length / count;
    return count <= mostTiles && width >= widthPerTile * count && width * across >= leastWork;
  };
  while (isWorth(2 * tiles.count)) tiles.count *= 2;
  return tiles;
}

}  // namespace ft
