// Memory that a thread's pieces of work use one after another. Each thread keeps its own, as large as was ever needed.
#pragma once

#include <cstddef>
#include <memory>

namespace ft::kernels {

/** At least `count` floats, of the calling thread, with anything in them; gone with the next call on this thread. */
inline float* scratch(size_t count) {
  thread_local std::unique_ptr<float[]> kept;
  thread_local size_t size = 0;
  if (size < count) {
    kept.reset();
    kept.reset(new float[count]);
    size = count;
  }
  return kept.get();
}

}  // namespace ft::kernels
