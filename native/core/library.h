// What the library that computes needs when an environment begins on a thread and when it ends there: library.cc says it
// for MLX, torch/addon.cc for libtorch.
#pragma once

namespace ft::library {

/** The calling thread is going to compute. */
void enter();

/** For each `enter`, on the same thread, when its arrays are freed: waits for its work and lets go of the rest. */
void leave() noexcept;

}  // namespace ft::library
