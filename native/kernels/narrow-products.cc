// Each wide matrix is read once. Sums run in the order of their terms, whatever the threads and the width of vectors.
#include "kernels/narrow-products.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/blas.h"
#include "core/pool.h"
#include "kernels/primitive.h"
#include "kernels/threads.h"
#include "kernels/vector.h"

namespace ft::kernels {

namespace {

/** Ranks that are computed together, and the rows or columns whose sums stay in registers meanwhile. */
constexpr size_t ranksAtOnce = 8, rowsAtOnce = 8, columnsAtOnce = 32;
/** Above this rank a BLAS is as fast. */
constexpr int mostNarrow = 32;

typedef float Eight __attribute__((vector_size(32), aligned(4), may_alias));
typedef float Sixteen __attribute__((vector_size(64), aligned(4), may_alias));

/** The numbers from there on. */
FT_INLINE const Eight& eightAt(const float* from) { return *reinterpret_cast<const Eight*>(from); }
FT_INLINE const Sixteen& sixteenAt(const float* from) { return *reinterpret_cast<const Sixteen*>(from); }

/** Rows of x, `stride` apart, times `width` rows of eight numbers: `rows` times eight sums. */
template <size_t rows>
FT_INLINE void eightSums(const float* x, size_t stride, const float* b, size_t width, float* sums) {
  Eight all[rows] = {};
  for (size_t i = 0; i < width; i++) {
    const Eight own = eightAt(b + i * ranksAtOnce);
    for (size_t row = 0; row < rows; row++) all[row] += own * x[row * stride + i];
  }
  std::memcpy(sums, all, sizeof(all));
}

}  // namespace

FT_VECTORISED void narrowRows(const float* x, size_t width, const float* b, size_t rows, float* sums) {
  for (; rows >= rowsAtOnce; rows -= rowsAtOnce, x += rowsAtOnce * width, sums += rowsAtOnce * ranksAtOnce)
    eightSums<rowsAtOnce>(x, width, b, width, sums);
  for (; rows > 0; rows--, x += width, sums += ranksAtOnce) eightSums<1>(x, width, b, width, sums);
}

/** Adds, over some rows, eight numbers of a, `rank` apart, times 32 columns of x. */
FT_VECTORISED void overAllRows(const float* a, size_t rank, const float* x, size_t width, size_t rows, float* sums) {
  Sixteen low[ranksAtOnce], high[ranksAtOnce];
  for (size_t i = 0; i < ranksAtOnce; i++) {
    low[i] = sixteenAt(sums + i * columnsAtOnce);
    high[i] = sixteenAt(sums + i * columnsAtOnce + 16);
  }
  for (size_t row = 0; row < rows; row++) {
    const Sixteen left = sixteenAt(x + row * width), right = sixteenAt(x + row * width + 16);
    // What comes after these columns, which no processor foresees: rows lie far from each other.
    __builtin_prefetch(x + row * width + columnsAtOnce);
    __builtin_prefetch(x + row * width + columnsAtOnce + 16);
    for (size_t i = 0; i < ranksAtOnce; i++) {
      low[i] += left * a[row * rank + i];
      high[i] += right * a[row * rank + i];
    }
  }
  for (size_t i = 0; i < ranksAtOnce; i++) {
    std::memcpy(sums + i * columnsAtOnce, &low[i], sizeof(Sixteen));
    std::memcpy(sums + i * columnsAtOnce + 16, &high[i], sizeof(Sixteen));
  }
}

/** The same for what does not fill eight ranks or 32 columns. */
FT_VECTORISED void overSomeRows(const float* a, size_t rank, const float* x, size_t width, size_t rows, size_t ranks,
                                size_t columns, float* sums) {
  for (size_t row = 0; row < rows; row++)
    for (size_t i = 0; i < ranks; i++)
      for (size_t j = 0; j < columns; j++) sums[i * columnsAtOnce + j] += x[row * width + j] * a[row * rank + i];
}

namespace {

/** Of (x (rows, width), b (width, rank) or transposed). */
struct NarrowProduct {
  float scale;
  bool isTransposed;
  static constexpr const char* name = "NarrowProduct";

  void operator()(const Arrays& inputs, array& out) const {
    const float* x = inputs[0].data<float>();
    float* result = out.data<float>();
    size_t rows = out.shape(0), rank = out.shape(1), width = inputs[0].shape(1);
    for (size_t first = 0; first < rank; first += ranksAtOnce) {
      size_t ranks = std::min(ranksAtOnce, rank - first);
      std::vector<float> columns = columnsOf(inputs[1].data<float>(), width, rank, first, ranks);
      overRows(rows, 2 * width, [=, b = columns.data()](size_t begin, size_t end) {
        for (size_t row = begin; row < end; row += rowsAtOnce) {
          size_t count = std::min(rowsAtOnce, end - row);
          float sums[rowsAtOnce * ranksAtOnce];
          narrowRows(x + row * width, width, b, count, sums);
          for (size_t i = 0; i < count; i++)
            std::copy_n(sums + i * ranksAtOnce, ranks, result + (row + i) * rank + first);
        }
      });
    }
  }

  /** Eight columns of scale b, noughts for those that it has not. */
  std::vector<float> columnsOf(const float* b, size_t width, size_t rank, size_t first, size_t ranks) const {
    std::vector<float> columns(width * ranksAtOnce);
    for (size_t i = 0; i < width; i++)
      for (size_t j = 0; j < ranks; j++)
        columns[i * ranksAtOnce + j] = scale * (isTransposed ? b[(first + j) * width + i] : b[i * rank + first + j]);
    return columns;
  }

  bool operator==(const NarrowProduct&) const = default;
};

/** Of (a (rows, rank), x (rows, width)). Threads take columns: each sum is of one thread, in the order of rows. */
struct ProductOverRows {
  bool isTurned;
  static constexpr const char* name = "ProductOverRows";
  /** Columns that a thread goes through together, some rows at a time, so that it reads more than a line of each. */
  static constexpr size_t piece = 8 * columnsAtOnce, rowsOfBlock = 32;

  void operator()(const Arrays& inputs, array& out) const {
    size_t rows = inputs[1].shape(0), width = inputs[1].shape(1);
    overRows((width + piece - 1) / piece, 2 * rows * piece, [&](size_t begin, size_t end) {
      for (size_t at = begin; at < end; at++)
        columns(inputs, at * piece, std::min(piece, width - at * piece), out.data<float>());
    });
  }

  void columns(const Arrays& inputs, size_t at, size_t count, float* out) const {
    size_t rows = inputs[0].shape(0), rank = inputs[0].shape(1), width = inputs[1].shape(1);
    const float *a = inputs[0].data<float>(), *x = inputs[1].data<float>() + at;
    for (size_t first = 0; first < rank; first += ranksAtOnce) {
      size_t ranks = std::min(ranksAtOnce, rank - first);
      float sums[piece * ranksAtOnce] = {};
      for (size_t row = 0; row < rows; row += rowsOfBlock)
        addBlock(a + row * rank + first, rank, x + row * width, width, std::min(rowsOfBlock, rows - row), ranks, count,
                 sums);
      for (size_t i = 0; i < ranks; i++)
        for (size_t j = 0; j < count; j++)
          out[isTurned ? (at + j) * rank + first + i : (first + i) * width + at + j] =
              sums[j / columnsAtOnce * columnsAtOnce * ranksAtOnce + i * columnsAtOnce + j % columnsAtOnce];
    }
  }

  static void addBlock(const float* a, size_t rank, const float* x, size_t width, size_t rows, size_t ranks,
                       size_t count, float* sums) {
    for (size_t at = 0; at < count; at += columnsAtOnce, sums += columnsAtOnce * ranksAtOnce) {
      size_t columns = std::min(columnsAtOnce, count - at);
      if (ranks == ranksAtOnce && columns == columnsAtOnce) overAllRows(a, rank, x + at, width, rows, sums);
      else overSomeRows(a, rank, x + at, width, rows, ranks, columns, sums);
    }
  }

  bool operator==(const ProductOverRows&) const = default;
};

/** Of (base (rows, columns), a (rows, rank), b (rank, columns) or transposed): the BLAS adds to what lies there. */
struct AddedProduct {
  bool isTransposed;
  static constexpr const char* name = "AddedProduct";

  static size_t takenBy(size_t) { return 0; }

  void operator()(const Arrays& inputs, array& out) const {
    const float *base = inputs[0].data<float>(), *a = inputs[1].data<float>(), *b = inputs[2].data<float>();
    float* sum = out.data<float>();
    size_t rank = inputs[1].shape(1), columns = out.shape(1), stride = inputs[2].shape(1);
    overRows(out.shape(0), columns, [=, this](size_t begin, size_t end) {
      if (sum != base) std::copy(base + begin * columns, base + end * columns, sum + begin * columns);
      blas::multiply({end - begin, columns, rank}, 1, {a + begin * rank, rank}, {b, stride, isTransposed}, 1,
                     {sum + begin * columns, columns});
    });
  }

  bool operator==(const AddedProduct&) const = default;
};

}  // namespace

bool suitsNarrow(int rank) { return rank <= mostNarrow; }

array narrowProduct(const array& x, Narrow b, float scale) {
  mx::Shape shape{x.shape(0), b.matrix.shape(b.isTransposed ? 0 : 1)};
  return computed(shape, {x, b.matrix}, NarrowProduct{scale, b.isTransposed});
}

array productOverRows(const array& a, const array& x, bool isTurned) {
  mx::Shape shape{a.shape(1), x.shape(1)};
  if (isTurned) std::swap(shape[0], shape[1]);
  return computed(shape, {a, x}, ProductOverRows{isTurned});
}

array addedProduct(const array& base, const array& a, Narrow b) {
  return computed(base.shape(), {base, a, b.matrix}, AddedProduct{b.isTransposed});
}

}  // namespace ft::kernels
