// The BLAS behind MLX's matrix products on the CPU. Where it is OpenBLAS, products are shared out by the pool;
// Accelerate, and libmlx's own, decide for themselves how many threads they use.
#pragma once

#include <string>

namespace ft::blas {

std::string name();
/** Once an environment, before any product. */
void initialise();

}  // namespace ft::blas
