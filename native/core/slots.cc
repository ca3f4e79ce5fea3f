// Slot table and scopes. Every list of a scope runs through the slots themselves, so freeing one array early,
// moving it outward or retaining it costs the same however many the scope holds.
#include "core/slots.h"

#include <cmath>

#include "core/fault.h"

namespace ft {

namespace {

constexpr int indexBits = 22;
constexpr int generationBits = 20;
static_assert(maximumArrays == 1 << indexBits);
constexpr uint64_t indexMask = (uint64_t{1} << indexBits) - 1;
constexpr uint64_t generationMask = (uint64_t{1} << generationBits) - 1;

Fault notAHandle(Handle handle) {
  return Fault(codes::handle, std::to_string(handle) + " is not a handle of an array");
}

}  // namespace

Handle Slots::add(array value) {
  if (unused_.empty()) {
    if (slots_.size() > indexMask) throw Fault(codes::memory, "all handles are in use or used up");
    unused_.push_back(static_cast<uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  uint32_t index = unused_.back();
  Slot& slot = slots_[index];
  slot.value.emplace(std::move(value));
  unused_.pop_back();
  alive_++;
  link(index, static_cast<uint32_t>(scopes_.size()));
  uint64_t packed = (uint64_t{tag_} << (indexBits + generationBits)) |
      (uint64_t{slot.generation} << indexBits) | index;
  return static_cast<double>(packed);
}

uint32_t Slots::indexOf(Handle handle) const {
  // 2^53 bounds the packed number; the comparison is also false for NaN.
  if (!(handle >= 1 && handle < 9007199254740992.0) || handle != std::floor(handle)) throw notAHandle(handle);
  uint64_t packed = static_cast<uint64_t>(handle);
  uint64_t tag = packed >> (indexBits + generationBits);
  if (tag == 0) throw notAHandle(handle);
  if (tag != tag_) throw Fault(codes::handle, "the array belongs to another thread's environment");
  uint64_t index = packed & indexMask;
  if (index >= slots_.size()) throw notAHandle(handle);
  const Slot& slot = slots_[index];
  if (!slot.value || slot.generation != ((packed >> indexBits) & generationMask))
    throw Fault(codes::handle, "the array was freed before this use");
  return static_cast<uint32_t>(index);
}

array Slots::at(Handle handle) const { return *slots_[indexOf(handle)].value; }

void Slots::free(const std::vector<Handle>& handles) {
  for (Handle handle : handles) indexOf(handle);
  for (Handle handle : handles) release(indexOf(handle));
}

void Slots::retain(const std::vector<Handle>& handles) {
  for (Handle handle : handles) indexOf(handle);
  for (Handle handle : handles) {
    uint32_t index = indexOf(handle);
    unlink(index);
    link(index, 0);
  }
}

void Slots::replace(Handle handle, Handle by) {
  uint32_t index = indexOf(handle), other = indexOf(by);
  if (index == other) return;
  slots_[index].value = std::move(slots_[other].value);
  release(other);
}

size_t Slots::closeScope(const std::vector<Handle>& keep) {
  uint32_t scope = static_cast<uint32_t>(scopes_.size());
  std::optional<Fault> bad;
  std::vector<uint32_t> kept;
  try {
    for (Handle handle : keep) kept.push_back(indexOf(handle));
  } catch (const Fault& fault) {
    bad = fault;
    kept.clear();
  }
  for (uint32_t index : kept) {
    if (slots_[index].scope != scope) continue;
    unlink(index);
    link(index, scope - 1);
  }
  size_t freed = 0;
  for (; scopes_.back() != none; freed++) release(scopes_.back());
  scopes_.pop_back();
  if (bad) throw *bad;
  return freed;
}

void Slots::clear() {
  for (Slot& slot : slots_) slot.value.reset();
  slots_.clear();
  unused_.clear();
  scopes_.clear();
  alive_ = 0;
}

void Slots::link(uint32_t index, uint32_t scope) {
  Slot& slot = slots_[index];
  slot.scope = scope;
  slot.previous = slot.next = none;
  if (scope == 0) return;
  uint32_t& head = scopes_[scope - 1];
  slot.next = head;
  if (head != none) slots_[head].previous = index;
  head = index;
}

void Slots::unlink(uint32_t index) {
  Slot& slot = slots_[index];
  if (slot.scope == 0) return;
  if (slot.previous != none) slots_[slot.previous].next = slot.next;
  else scopes_[slot.scope - 1] = slot.next;
  if (slot.next != none) slots_[slot.next].previous = slot.previous;
  slot.scope = 0;
}

void Slots::release(uint32_t index) {
  unlink(index);
  Slot& slot = slots_[index];
  slot.value.reset();
  alive_--;
  // A slot whose generations are used up stays empty: a number never means a second array.
  if (slot.generation++ < generationMask) unused_.push_back(index);
}

}  // namespace ft
