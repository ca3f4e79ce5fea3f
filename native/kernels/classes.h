// What the target of a row names, for every kernel that reads targets.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ft::kernels {

/** The class meant, negative ones counted from the end; -1 for one that is not there. */
inline int64_t classOf(int32_t target, size_t classes) {
  int64_t count = static_cast<int64_t>(classes), index = target < 0 ? target + count : target;
  return index >= 0 && index < count ? index : -1;
}

}  // namespace ft::kernels
