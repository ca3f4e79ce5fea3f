// The begin and the end of a thread's work with MLX, in the order that MLX needs: compiled functions, outstanding work,
// then the thread's streams.
#include "core/library.h"

#include "core/streams.h"
#include "mlx/compile_impl.h"
#include "mlx/stream.h"

namespace ft::library {

void enter() { streams::enter(); }

void leave() noexcept {
  // The process or the Worker is ending: of what goes wrong nobody is left to tell.
  auto quietly = [](auto step) {
    try {
      step();
    } catch (...) {
    }
  };
  quietly([] { mlx::core::detail::compile_clear_cache(mlx::core::detail::compile_cache()); });
  quietly([] { mlx::core::synchronize(); });
  quietly([] { mlx::core::clear_streams(); });
  streams::leave();
}

}  // namespace ft::library
