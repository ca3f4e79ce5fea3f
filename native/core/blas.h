// The BLAS behind MLX's matrix products on the CPU: which one, and how many threads it uses.
// Where it cannot be steered (Accelerate, or libmlx's own), setting threads does nothing and the count reads 0.
#pragma once

#include <string>

namespace ft::blas {

std::string name();
int threads();
void setThreads(int count);
/** Once a process: FT_BLAS_THREADS, else one thread, which is steady where two can stall each other. */
void initialise();

}  // namespace ft::blas
