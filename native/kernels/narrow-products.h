// Products with a matrix as narrow as a low-rank update: reading the wide one is nearly all the work, and a BLAS would
// pack it first. Float32 on the CPU; ask `suitsNarrow` first.
#pragma once

#include "mlx/array.h"

namespace ft::kernels {

using mlx::core::array;

/** Whether these beat a BLAS for updates of this rank. */
bool suitsNarrow(int rank);

/** A factor of a product: b, or its transpose. */
struct Narrow {
  const array& matrix;
  bool isTransposed = false;
};

/** scale x b: (rows, width), (width, rank) -> (rows, rank). Has no gradient of its own: see loraLinear. */
array narrowProduct(const array& x, Narrow b, float scale);

/** The transpose of a times x: (rows, rank), (rows, width) -> (rank, width), or (width, rank) when it is turned. */
array productOverRows(const array& a, const array& x, bool isTurned);

/** base + a b: (rows, columns), (rows, rank), (rank, columns); in the memory of base where nothing else needs it. */
array addedProduct(const array& base, const array& a, Narrow b);

}  // namespace ft::kernels
