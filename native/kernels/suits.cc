// When the kernels can take an operation over from MLX.
#include <atomic>

#include "core/blas.h"
#include "kernels/choice.h"
#include "kernels/kernels.h"
#include "mlx/device.h"

namespace ft::kernels {

namespace mx = mlx::core;

namespace {

std::atomic<bool> isUsed{true};

}  // namespace

void setUsed(bool areUsed) { isUsed = areUsed; }

bool suits(std::initializer_list<array> arrays) {
  if (!isUsed || mx::default_device() != mx::Device::cpu) return false;
  for (const array& each : arrays)
    if (each.dtype() != mx::float32 || each.size() == 0) return false;
  return true;
}

bool suitsProducts(std::initializer_list<array> arrays) { return blas::hasMultiply() && suits(arrays); }

}  // namespace ft::kernels
