// MLX looks a stream up in a table of the calling thread and finds only those made there. Standing in for that look-up
// (see libmlx.h), the addon answers for the stream that its thread has taken over.
#include "core/streams.h"

#ifdef __linux__

#include <mutex>
#include <optional>
#include <vector>

#include "core/libmlx.h"
#include "mlx/backend/cpu/encoder.h"
#include "mlx/ops.h"
#include "mlx/stream.h"
#include "mlx/transforms.h"

namespace {

namespace mx = mlx::core;

struct Own {
  int users = 0;
  std::optional<mx::Stream> stream;
  /** Only for a stream that was taken over: for others MLX has one. */
  std::optional<mx::cpu::CommandEncoder> encoder;
};

thread_local Own own;

std::mutex mutex;
std::vector<mx::Stream> left;

std::optional<mx::Stream> taken() {
  std::lock_guard lock(mutex);
  if (left.empty()) return std::nullopt;
  mx::Stream stream = left.back();
  left.pop_back();
  return stream;
}

/** False with a libmlx whose calls to itself are bound already: it does not know the stream on this thread. */
bool computes() {
  try {
    mx::add(mx::array(1), mx::array(1), mx::Device(mx::Device::cpu)).eval();
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

bool takeOver() {
  std::optional<mx::Stream> stream = taken();
  if (!stream) return false;
  own.stream = stream;
  own.encoder.emplace(*stream);
  mx::set_default_stream(*stream);
  return computes();
}

}  // namespace

namespace mlx::core::cpu {

FT_EXPORT CommandEncoder& get_command_encoder(Stream stream) {
  static auto* real = ft::ofLibmlx<CommandEncoder&(Stream)>("_ZN3mlx4core3cpu19get_command_encoderENS0_6StreamE");
  return own.encoder && own.stream == stream ? *own.encoder : real(stream);
}

}  // namespace mlx::core::cpu

namespace ft::streams {

void enter() {
  if (own.users++ > 0 || takeOver()) return;
  own.encoder.reset();
  own.stream = mx::new_stream(mx::Device::cpu);
  mx::set_default_stream(*own.stream);
}

void leave() {
  if (--own.users > 0) return;
  own.encoder.reset();
  std::lock_guard lock(mutex);
  left.push_back(*own.stream);
}

}  // namespace ft::streams

#else

namespace ft::streams {

void enter() {}
void leave() {}

}  // namespace ft::streams

#endif
