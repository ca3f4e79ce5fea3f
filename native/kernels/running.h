// A softmax whose terms come tile by tile: what the tiles so far come to, and rows that are scaled when it moves.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

namespace ft::kernels {

/** What the tiles of one row seen so far come to. */
struct Running {
  float most = -std::numeric_limits<float>::infinity();
  /** Of exp(number - most). */
  float total = 0;

  float logSum() const { return most + std::log(total); }
};

/** Puts exp(number - most) into the place of the numbers; returns what earlier sums are to be multiplied with. */
float absorb(float* numbers, size_t count, Running* row);

/** row *= factor. */
void scaleRow(float* row, size_t count, float factor);

/** out += factor * row. */
void addRow(const float* row, size_t count, float factor, float* out);

}  // namespace ft::kernels
