// The count is FT_KERNEL_THREADS, by default that of the cores up to eight. Threads live for one call: starting them
// costs microseconds where a call takes milliseconds, and nothing has to be torn down when the process ends.
#include "kernels/threads.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

namespace ft::kernels {

namespace {

constexpr size_t mostThreads = 8;
/** Elements below which a second thread costs more than it brings. */
constexpr size_t worthThread = 1 << 17;
/** Elements taken at a time, so that a thread whose core is busy takes less of them. */
constexpr size_t chunkSize = 1 << 15;

size_t threadCount() {
  static const size_t count = [] {
    const char* wanted = std::getenv("FT_KERNEL_THREADS");
    size_t cores = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, mostThreads);
    return wanted && std::atoi(wanted) >= 1 ? static_cast<size_t>(std::atoi(wanted)) : cores;
  }();
  return count;
}

}  // namespace

void overRows(size_t rows, size_t rowSize, const std::function<void(size_t, size_t)>& work) {
  size_t threads = std::min(threadCount(), rows * rowSize / worthThread);
  if (threads <= 1) return work(0, rows);
  size_t chunk = std::max<size_t>(1, chunkSize / std::max<size_t>(1, rowSize));
  std::atomic<size_t> next{0};
  auto takeChunks = [&] {
    for (size_t begin; (begin = next.fetch_add(chunk)) < rows;) work(begin, std::min(begin + chunk, rows));
  };
  std::vector<std::jthread> others;
  for (size_t i = 1; i < threads; i++) others.emplace_back(takeChunks);
  takeChunks();
}

}  // namespace ft::kernels
