// One function of newer C++ libraries that zig's headers call and macOS 14's own library lacks.
// For the link check alone: never part of a build on a Mac. Includes nothing that would declare it first.
#include <cstddef>

namespace std {
inline namespace __1 {

// FNV-1a; any good hash of bytes serves.
__attribute__((visibility("hidden"))) size_t __hash_memory(const void* data, size_t size) noexcept {
  size_t hash = 14695981039346656037ull;
  const unsigned char* bytes = static_cast<const unsigned char*>(data);
  for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 1099511628211ull;
  return hash;
}

}  // namespace __1
}  // namespace std
