// How far a position turns each pair of numbers in rotary embeddings (Su et al. 2021), whichever library computes.
#pragma once

#include <cmath>
#include <vector>

namespace ft::ops {

/**
 * base^(-2i / dims) for each of `dims` / 2 pairs, rounded once from float64. An angle is a position times one of these,
 * so that an error in the last place here grows with the position; MLX's own, exp of a logarithm in float32, is off by up
 * to five units there.
 */
inline std::vector<float> ropeFrequencies(int dims, float base) {
  std::vector<float> frequencies(static_cast<size_t>(dims / 2));
  double pairs = dims / 2;
  for (size_t pair = 0; pair < frequencies.size(); pair++)
    frequencies[pair] = static_cast<float>(std::pow(static_cast<double>(base), -static_cast<double>(pair) / pairs));
  return frequencies;
}

}  // namespace ft::ops
