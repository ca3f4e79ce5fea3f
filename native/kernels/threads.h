// Splits the rows of a kernel over threads. Rows do not depend on each other, so the count never changes a result.
#pragma once

#include <cstddef>
#include <functional>

namespace ft::kernels {

/** Calls work(begin, end) until rows 0 to `rows` are done, on several threads if there is enough to do. */
void overRows(size_t rows, size_t rowSize, const std::function<void(size_t, size_t)>& work);

}  // namespace ft::kernels
