// The BLAS behind MLX's matrix products on the CPU. Where it is OpenBLAS, products are shared out by the pool;
// Accelerate, and libmlx's own, decide for themselves how many threads they use.
#pragma once

#include <cstddef>
#include <string>

namespace ft::blas {

std::string name();
/** Once an environment, before any product. */
void initialise();

/** Whether `multiply` can be called. */
bool hasMultiply();

/** A row-major matrix in memory, or the transpose of one; `stride` elements lie between its rows. */
struct Factor {
  const float* data;
  size_t stride;
  bool isTransposed = false;
};

/** A row-major matrix in memory, which a product is written to. */
struct Result {
  float* data;
  size_t stride;
};

/** m x n from m x k and k x n. */
struct Extent {
  size_t m, n, k;
};

/** c = alpha a b + beta c, all of it on the calling thread: for kernels, whose pieces the pool's threads share. */
void multiply(Extent extent, float alpha, Factor a, Factor b, float beta, Result c);

}  // namespace ft::blas
