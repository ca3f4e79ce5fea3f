// Whether the kernels are used at all, on any device: without them every operation is MLX's own, as it is on a GPU.
#pragma once

namespace ft::kernels {

/** For the whole process, from the next operation on; they are used unless this has said otherwise. */
void setUsed(bool areUsed);

}  // namespace ft::kernels
