// Compiled once for each width of vectors, which a header's functions could not be.
#include "kernels/running.h"

#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED float absorb(float* __restrict numbers, size_t count, Running* row) {
  float most = largest(numbers, count);
  most = most > row->most ? most : row->most;
  float fade = exponential(row->most - most);
  float added = sum(count, [&](size_t i) { return numbers[i] = exponential(numbers[i] - most); });
  row->most = most;
  row->total = row->total * fade + added;
  return fade;
}

FT_VECTORISED void scaleRow(float* __restrict row, size_t count, float factor) {
  for (size_t i = 0; i < count; i++) row[i] *= factor;
}

FT_VECTORISED void addRow(const float* row, size_t count, float factor, float* __restrict out) {
  for (size_t i = 0; i < count; i++) out[i] += factor * row[i];
}

}  // namespace ft::kernels
