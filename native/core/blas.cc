// OpenBLAS under libmlx without rebuilding it: the addon exports the cblas_ names that libmlx imports, the loader
// finds them here before it comes to libmlx's own slow BLAS, and each call goes on to OpenBLAS.
// Only the matrix products: MLX's LAPACK routines are not on any path of training.
#include "core/blas.h"

#include <cstdlib>
#include <mutex>

#ifdef FT_OPENBLAS

extern "C" {

using Order = int;
using Transpose = int;

void scipy_cblas_sgemm(Order, Transpose, Transpose, int, int, int, float, const float*, int, const float*, int, float,
                       float*, int);
void scipy_cblas_dgemm(Order, Transpose, Transpose, int, int, int, double, const double*, int, const double*, int,
                       double, double*, int);
void scipy_cblas_cgemm(Order, Transpose, Transpose, int, int, int, const void*, const void*, int, const void*, int,
                       const void*, void*, int);
void scipy_openblas_set_num_threads(int);
int scipy_openblas_get_num_threads(void);
char* scipy_openblas_get_config(void);

#define FT_EXPORT __attribute__((visibility("default")))

FT_EXPORT void cblas_sgemm(Order order, Transpose ta, Transpose tb, int m, int n, int k, float alpha, const float* a,
                           int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  scipy_cblas_sgemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

FT_EXPORT void cblas_dgemm(Order order, Transpose ta, Transpose tb, int m, int n, int k, double alpha, const double* a,
                           int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  scipy_cblas_dgemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

FT_EXPORT void cblas_cgemm(Order order, Transpose ta, Transpose tb, int m, int n, int k, const void* alpha,
                           const void* a, int lda, const void* b, int ldb, const void* beta, void* c, int ldc) {
  scipy_cblas_cgemm(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

}  // extern "C"

namespace ft::blas {

std::string name() {
  std::string config = scipy_openblas_get_config();
  // "OpenBLAS 0.3.34 ..." : name and version are the first two words.
  return config.substr(0, config.find(' ', config.find(' ') + 1)) + " (scipy-openblas32)";
}

int threads() { return scipy_openblas_get_num_threads(); }

void setThreads(int count) { scipy_openblas_set_num_threads(count); }

}  // namespace ft::blas

#else

namespace ft::blas {

std::string name() {
#ifdef __APPLE__
  return "Accelerate";
#else
  return "reference";
#endif
}

int threads() { return 0; }

void setThreads(int) {}

}  // namespace ft::blas

#endif

namespace ft::blas {

void initialise() {
  // A later Worker must not undo what the main thread has set: the BLAS is one for the process.
  static std::once_flag once;
  std::call_once(once, [] {
    const char* wanted = std::getenv("FT_BLAS_THREADS");
    int count = wanted ? std::atoi(wanted) : 1;
    setThreads(count >= 1 ? count : 1);
  });
}

}  // namespace ft::blas
