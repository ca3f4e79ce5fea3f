// What libtorch's arrays take of the machine's memory: it keeps no count of its own on the CPU.
#pragma once

#include <cstddef>

namespace ft::torch {

struct Allocated {
  size_t active, peak;
};

/** Counts what is allocated from now on. Called once, before the first array is made. */
void countMemory();
Allocated allocated();
void resetPeak();

}  // namespace ft::torch
