// The stream that a thread's work on the CPU goes to. MLX runs each on a thread of its own, which it never ends;
// so a Worker that ends hands its stream on to the next one.
#pragma once

namespace ft::streams {

/** The calling thread is going to compute: gives it a default stream, one that was left where there is one. */
void enter();

/** For each `enter`, on the same thread, once its work is done: others may have the stream. */
void leave();

}  // namespace ft::streams
