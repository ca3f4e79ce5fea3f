// Compiled once for each width of vectors, which a header's functions could not be.
#include "kernels/score-shape.h"

#include "kernels/vector.h"

namespace ft::kernels {

FT_VECTORISED void scaleByRow(const float* factors, size_t count, float* __restrict row) {
  for (size_t i = 0; i < count; i++) row[i] *= factors[i];
}

FT_VECTORISED void capRow(float* __restrict row, size_t count, float cap) {
  for (size_t i = 0; i < count; i++) row[i] = cap * hyperbolicTangent(row[i] / cap);
}

FT_VECTORISED void capRowWithSlopes(float* __restrict row, size_t count, float cap, float* __restrict slopes) {
  for (size_t i = 0; i < count; i++) {
    float bent = hyperbolicTangent(row[i] / cap);
    row[i] = cap * bent;
    slopes[i] = 1.0f - bent * bent;
  }
}

void ScoreShape::apply(float* products, size_t count, const float* added, float* bends) const {
  if (cap != 0 && bends) capRowWithSlopes(products, count, cap, bends);
  if (cap != 0 && !bends) capRow(products, count, cap);
  if (added) addRow(added, count, 1, products);
}

float ScoreShape::sinkSlope(size_t head, const Running* sums, const float* means, size_t rows) const {
  float slope = 0;
  for (size_t row = 0; row < rows; row++) slope -= exponential(sinks[head] - sums[row].most) / sums[row].total * means[row];
  return slope;
}

}  // namespace ft::kernels
