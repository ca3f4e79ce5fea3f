// Stands in for mlx::core::allocator::allocator() (see libmlx.h): the same allocator, with its result looked at.
#include "core/allocator.h"

#include <atomic>
#include <cstdint>
#include <new>
#include <string>

#include "core/libmlx.h"
#include "mlx/allocator.h"

namespace ft::allocator {

namespace {

std::atomic<size_t> missing{0};

}  // namespace

size_t neverAllocated() { return missing; }

}  // namespace ft::allocator

#ifdef __linux__

namespace {

namespace mx = mlx::core;

struct OutOfMemory : std::bad_alloc {
  explicit OutOfMemory(size_t bytes) : message("cannot allocate " + std::to_string(bytes) + " bytes") {}
  const char* what() const noexcept override { return message.c_str(); }
  std::string message;
};

class Checked final : public mx::allocator::Allocator {
 public:
  explicit Checked(Allocator& real) : real_(real) {}

  mx::allocator::Buffer malloc(size_t size) override {
    // MLX adds room for a header: near 2^64 the sum would be small.
    if (size > PTRDIFF_MAX) throw OutOfMemory(size);
    mx::allocator::Buffer buffer = real_.malloc(size);
    if (buffer.ptr()) return buffer;
    ft::allocator::missing += size;
    throw OutOfMemory(size);
  }
  void free(mx::allocator::Buffer buffer) override { real_.free(buffer); }
  size_t size(mx::allocator::Buffer buffer) const override { return real_.size(buffer); }
  mx::allocator::Buffer make_buffer(void* data, size_t size) override { return real_.make_buffer(data, size); }
  void release(mx::allocator::Buffer buffer) override { real_.release(buffer); }

 private:
  Allocator& real_;
};

}  // namespace

namespace mlx::core::allocator {

FT_EXPORT Allocator& allocator() {
  // Never destroyed: MLX's threads free arrays until the process is gone.
  static auto* checked = new Checked(ft::ofLibmlx<Allocator&()>("_ZN3mlx4core9allocator9allocatorEv")());
  return *checked;
}

}  // namespace mlx::core::allocator

#endif
