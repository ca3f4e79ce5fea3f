// Stands between libtorch and its allocator on the CPU, and counts; on MPS libtorch counts itself.
#include "memory.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/Allocator.h>

#include <atomic>
#include <new>

#include "tensors.h"

namespace ft::torch {

namespace {

std::atomic<size_t> active{0}, peak{0};

void raisePeak(size_t bytes) {
  size_t seen = peak;
  while (bytes > seen && !peak.compare_exchange_weak(seen, bytes)) {
  }
}

/** Memory of the allocator behind, and how much it is. */
struct Counted {
  c10::DataPtr memory;
  size_t bytes;
};

void release(void* counted) {
  auto* whole = static_cast<Counted*>(counted);
  active -= whole->bytes;
  delete whole;
}

class CountingAllocator final : public c10::Allocator {
 public:
  explicit CountingAllocator(c10::Allocator* behind) : behind_(behind) {}

  c10::DataPtr allocate(size_t bytes) override {
    c10::DataPtr memory;
    try {
      memory = behind_->allocate(bytes);
    } catch (const c10::Error&) {
      throw std::bad_alloc();
    }
    void* data = memory.get();
    raisePeak(active += bytes);
    return {data, new Counted{std::move(memory), bytes}, release, at::Device(at::kCPU)};
  }

  void copy_data(void* to, const void* from, size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  c10::Allocator* behind_;
};

}  // namespace

void countMemory() {
  // Never destroyed: arrays may be freed while the process ends.
  static auto* allocator = new CountingAllocator(c10::GetAllocator(at::kCPU));
  c10::SetAllocator(at::kCPU, allocator);
}

Allocated allocated() {
  if (device().type() == at::kCPU) return {active, peak};
  size_t now = at::detail::getMPSHooks().getCurrentAllocatedMemory();
  raisePeak(now);
  return {now, peak};
}

void resetPeak() { peak = allocated().active; }

}  // namespace ft::torch
