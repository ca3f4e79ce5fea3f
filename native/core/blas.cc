// OpenBLAS under libmlx without rebuilding it: the addon exports the cblas_ names that libmlx imports, the loader
// finds them here before it comes to libmlx's own slow BLAS, and each call goes on to OpenBLAS.
// OpenBLAS itself computes on one thread: products are cut into tiles, and the pool's threads take tiles.
// Only the matrix products: MLX's LAPACK routines are not on any path of training.
#include "core/blas.h"

#ifdef FT_OPENBLAS

#include <complex>

#include "core/libmlx.h"
#include "core/pool.h"
#include "core/tiles.h"

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
char* scipy_openblas_get_config(void);

}  // extern "C"

namespace {

constexpr Order rowMajor = 101;
constexpr Transpose plain = 111, transposed = 112;

/** c = alpha a b + beta c, a of m x k and b of k x n; leading dimensions count elements. */
template <class Element>
struct Product {
  Order order;
  Transpose ta, tb;
  int m, n, k;
  const Element* a;
  int lda;
  const Element* b;
  int ldb;
  Element* c;
  int ldc;

  /** The product that computes rows `begin` to `end` of c. */
  Product rows(int begin, int end) const {
    Product part = *this;
    part.m = end - begin;
    part.a += static_cast<size_t>(begin) * (ta == plain ? lda : 1);
    part.c += static_cast<size_t>(begin) * ldc;
    return part;
  }

  /** The product that computes columns `begin` to `end` of c. */
  Product columns(int begin, int end) const {
    Product part = *this;
    part.n = end - begin;
    part.b += static_cast<size_t>(begin) * (tb == plain ? 1 : ldb);
    part.c += begin;
    return part;
  }
};

/** Calls multiply(part) for parts that together are the product. */
template <class Element, class Multiply>
void inTiles(const Product<Element>& whole, const Multiply& multiply) {
  ft::Tiles tiles = ft::tilesOf(whole.m, whole.n, whole.k);
  if (tiles.count == 1 || whole.order != rowMajor) return multiply(whole);
  ft::pool::each(tiles.count, [&](size_t index) {
    int begin = tiles.begin(index), end = tiles.begin(index + 1);
    multiply(tiles.ofRows ? whole.rows(begin, end) : whole.columns(begin, end));
  });
}

}  // namespace

extern "C" {

FT_EXPORT void cblas_sgemm(Order order, Transpose ta, Transpose tb, int m, int n, int k, float alpha, const float* a,
                           int lda, const float* b, int ldb, float beta, float* c, int ldc) {
  inTiles(Product<float>{order, ta, tb, m, n, k, a, lda, b, ldb, c, ldc}, [=](const Product<float>& p) {
    scipy_cblas_sgemm(order, ta, tb, p.m, p.n, k, alpha, p.a, lda, p.b, ldb, beta, p.c, ldc);
  });
}

FT_EXPORT void cblas_dgemm(Order order, Transpose ta, Transpose tb, int m, int n, int k, double alpha, const double* a,
                           int lda, const double* b, int ldb, double beta, double* c, int ldc) {
  inTiles(Product<double>{order, ta, tb, m, n, k, a, lda, b, ldb, c, ldc}, [=](const Product<double>& p) {
    scipy_cblas_dgemm(order, ta, tb, p.m, p.n, k, alpha, p.a, lda, p.b, ldb, beta, p.c, ldc);
  });
}

FT_EXPORT void cblas_cgemm(Order order, Transpose ta, Transpose tb, int m, int n, int k, const void* alpha,
                           const void* a, int lda, const void* b, int ldb, const void* beta, void* c, int ldc) {
  using Number = std::complex<float>;
  Product<Number> whole{order, ta, tb, m, n, k, static_cast<const Number*>(a), lda, static_cast<const Number*>(b), ldb,
                        static_cast<Number*>(c), ldc};
  inTiles(whole, [=](const Product<Number>& p) {
    scipy_cblas_cgemm(order, ta, tb, p.m, p.n, k, alpha, p.a, lda, p.b, ldb, beta, p.c, ldc);
  });
}

}  // extern "C"

namespace ft::blas {

std::string name() {
  std::string config = scipy_openblas_get_config();
  // "OpenBLAS 0.3.34 ..." : name and version are the first two words.
  return config.substr(0, config.find(' ', config.find(' ') + 1)) + " (scipy-openblas32)";
}

void initialise() { scipy_openblas_set_num_threads(1); }

bool hasMultiply() { return true; }

void multiply(Extent extent, float alpha, Factor a, Factor b, float beta, Result c) {
  auto whole = [](size_t number) { return static_cast<int>(number); };
  auto form = [](Factor factor) { return factor.isTransposed ? transposed : plain; };
  scipy_cblas_sgemm(rowMajor, form(a), form(b), whole(extent.m), whole(extent.n), whole(extent.k), alpha, a.data,
                    whole(a.stride), b.data, whole(b.stride), beta, c.data, whole(c.stride));
}

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

void initialise() {}

bool hasMultiply() { return false; }

void multiply(Extent, float, Factor, Factor, float, Result) {}

}  // namespace ft::blas

#endif
