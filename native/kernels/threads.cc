// Chunks of rows are the pieces that the pool's threads take.
#include "kernels/threads.h"

#include <algorithm>

#include "core/pool.h"

namespace ft::kernels {

namespace {

/** Elements below which a second thread costs more than it brings. */
constexpr size_t worthThread = 1 << 17;
/** Elements of a chunk, so that a thread whose core is busy takes fewer of them. */
constexpr size_t chunkSize = 1 << 15;

}  // namespace

void overRows(size_t rows, size_t rowSize, const std::function<void(size_t, size_t)>& work) {
  if (rows * rowSize < 2 * worthThread) return work(0, rows);
  size_t chunk = std::max<size_t>(1, chunkSize / std::max<size_t>(1, rowSize));
  pool::each((rows + chunk - 1) / chunk, [&](size_t index) {
    work(index * chunk, std::min((index + 1) * chunk, rows));
  });
}

}  // namespace ft::kernels
