// Threads that stay and take pieces of a caller's work as they come: one pool for matrix products and for kernels.
// It decides who computes a piece and when, never how work is cut: so the number of threads shows in no result.
// One caller at a time is helped; another one meanwhile works alone.
#pragma once

#include <cstddef>

namespace ft::pool {

inline constexpr int mostThreads = 64;

/** How many threads share the work, the caller's among them; to begin with, as many as there are physical cores. */
int threads();
/** 1 to `mostThreads`, for the whole process. */
void setThreads(int count);

using Piece = void (*)(const void* work, size_t index);
void each(size_t count, Piece piece, const void* work);

/** Calls work(0) to work(count - 1), each once, in any order, and returns when all have returned. They must not throw. */
template <class Work>
void each(size_t count, const Work& work) {
  each(count, [](const void* all, size_t index) { (*static_cast<const Work*>(all))(index); }, &work);
}

}  // namespace ft::pool
