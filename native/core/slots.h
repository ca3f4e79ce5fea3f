// The arrays of one JavaScript environment: a table of slots, and the scopes that free them in bulk.
// A handle is index, generation and environment tag packed in a number, so a stale, foreign or made-up handle
// is found out by comparison. Knows nothing of Node-API.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mlx/array.h"

namespace ft {

namespace mx = mlx::core;
using mx::array;

using Handle = double;

/** Arrays that can be alive at a time. */
constexpr int maximumArrays = 1 << 22;

class Slots {
 public:
  static constexpr uint32_t maximumTag = 2047;

  /** `tag` (1 to maximumTag) tells handles of environments apart. */
  explicit Slots(uint32_t tag) : tag_(tag) {}

  Handle add(array value);
  /** A copy, cheap and safe: a reference would dangle when a callback makes the table grow. */
  array at(Handle handle) const;
  void free(const std::vector<Handle>& handles);
  void retain(const std::vector<Handle>& handles);
  /** `handle` means the array of `by` from now on, which is freed; nothing else of it changes. */
  void replace(Handle handle, Handle by);
  size_t alive() const { return alive_; }
  void clear();

  size_t depth() const { return scopes_.size(); }
  void openScope() { scopes_.push_back(none); }
  /** Frees what the innermost scope made but for `keep`, which moves outward; a bad handle in `keep` frees all. */
  size_t closeScope(const std::vector<Handle>& keep);

  /** Scopes at this depth or lower belong to callers further out: JavaScript may not close them. */
  size_t floor() const { return floor_; }
  void setFloor(size_t floor) { floor_ = floor; }

 private:
  static constexpr uint32_t none = UINT32_MAX;

  struct Slot {
    std::optional<array> value;
    uint32_t generation = 0;
    uint32_t scope = 0;
    uint32_t previous = none;
    uint32_t next = none;
  };

  uint32_t indexOf(Handle handle) const;
  void link(uint32_t index, uint32_t scope);
  void unlink(uint32_t index);
  void release(uint32_t index);

  uint32_t tag_;
  size_t alive_ = 0;
  size_t floor_ = 0;
  std::vector<Slot> slots_;
  std::vector<uint32_t> unused_;
  std::vector<uint32_t> scopes_;
};

/** A scope for the time of one callback; closes whatever the callback left open, thrown or not. */
class CallbackScope {
 public:
  explicit CallbackScope(Slots& slots) : slots_(slots), outerFloor_(slots.floor()) {
    slots_.openScope();
    depth_ = slots_.depth();
    slots_.setFloor(depth_);
  }
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;
  ~CallbackScope() {
    while (slots_.depth() >= depth_) slots_.closeScope({});
    slots_.setFloor(outerFloor_);
  }
  bool balanced() const { return slots_.depth() == depth_; }

 private:
  Slots& slots_;
  size_t outerFloor_;
  size_t depth_ = 0;
};

}  // namespace ft
