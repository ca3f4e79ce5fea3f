// The machine under the arrays: versions, devices, memory limits, threads.
// Limits are set here, never chosen here.
#include <algorithm>

#include "core/allocator.h"
#include "core/blas.h"
#include "core/pool.h"
#include "kernels/choice.h"
#include "mlx/backend/cuda/cuda.h"
#include "mlx/backend/metal/metal.h"
#include "mlx/device.h"
#include "mlx/memory.h"
#include "mlx/stream.h"
#include "mlx/version.h"
#include "ops/machine.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

using Properties = std::unordered_map<std::string, std::variant<std::string, size_t>>;

std::string textOf(const Properties& properties, const char* key) {
  auto found = properties.find(key);
  const std::string* text = found == properties.end() ? nullptr : std::get_if<std::string>(&found->second);
  return text ? *text : "";
}

double sizeOf(const Properties& properties, const char* key, double otherwise) {
  auto found = properties.find(key);
  const size_t* size = found == properties.end() ? nullptr : std::get_if<size_t>(&found->second);
  return size ? static_cast<double>(*size) : otherwise;
}

std::string nameIn(const Properties& properties) {
  std::string name = textOf(properties, "device_name");
  return name.empty() ? textOf(properties, "architecture") : name;
}

Versions version() { return {mx::version(), FT_ADDON_VERSION, blas::name()}; }

DeviceInfo deviceInfo() {
  mx::Device device = mx::default_device();
  const Properties& properties = mx::device_info(device);
  double recommended = sizeOf(properties, "max_recommended_working_set_size", machineMemory());
  return {device == mx::Device::gpu ? "gpu" : "cpu", nameIn(properties),    machineMemory(), recommended,
          mx::metal::is_available(),                 mx::cu::is_available()};
}

void setDefaultDevice(const std::string& name) {
  require(name == "cpu" || name == "gpu", "argument 1 must be \"cpu\" or \"gpu\"");
  mx::Device device(name == "gpu" ? mx::Device::gpu : mx::Device::cpu);
  if (!mx::is_available(device)) throw std::runtime_error("this build of MLX has no " + name + " backend");
  mx::set_default_device(device);
}

MemoryFigures memory() {
  auto allocated = [missing = allocator::neverAllocated()](size_t counted) {
    return static_cast<double>(counted - std::min(counted, missing));
  };
  return {allocated(mx::get_active_memory()), allocated(mx::get_peak_memory()),
          static_cast<double>(mx::get_cache_memory())};
}

}  // namespace

const OpTable& system() {
  static const OpTable table = {
      row("version", version),
      row("threads", pool::threads),
      row("setThreads",
          [](int count) {
            require(count >= 1 && count <= pool::mostThreads,
                    "argument 1 must be from 1 to " + std::to_string(pool::mostThreads));
            pool::setThreads(count);
          }),
      row("setKernels", kernels::setUsed),
      row("deviceInfo", deviceInfo),
      row("setDefaultDevice", setDefaultDevice),
      row("synchronize", [] { mx::synchronize(); }),
      row("memory", memory),
      row("resetPeakMemory", [] { mx::reset_peak_memory(); }),
      row("clearCache", [] { mx::clear_cache(); }),
      row("setMemoryLimit", [](uint64_t bytes) { return mx::set_memory_limit(bytes); }),
      row("setCacheLimit", [](uint64_t bytes) { return mx::set_cache_limit(bytes); }),
      row("setWiredLimit", [](uint64_t bytes) { return mx::set_wired_limit(bytes); }),
  };
  return table;
}

}  // namespace ft::ops
