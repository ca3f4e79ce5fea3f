// The machine under the arrays, and numbers into arrays and out again, over libtorch.
// The rows are those of native/ops/system.cc and native/ops/data.cc, with the same signatures.
#include <ATen/Parallel.h>
#include <c10/core/CPUAllocator.h>
#include <torch/version.h>

#include <cstring>

#include "memory.h"
#include "ops/machine.h"
#include "ops/scalar.h"
#include "ops/typed-memory.h"
#include "tables.h"
#include "tensors.h"

namespace ft::torch {

namespace {

using ops::DeviceInfo, ops::machineMemory, ops::MemoryFigures, ops::Versions;

/** The version of the library that computes, which the table calls by the name of MLX. */
Versions version() {
  return {TORCH_VERSION, FT_ADDON_VERSION, at::hasMKL() ? "MKL" : at::hasLAPACK() ? "LAPACK" : "libtorch's own"};
}

DeviceInfo deviceInfo() {
  bool isGpu = device().type() != at::kCPU;
  return {isGpu ? "gpu" : "cpu", isGpu ? "MPS" : "", machineMemory(), machineMemory(), at::hasMPS(), false};
}

void setDefaultDevice(const std::string& name) {
  require(name == "cpu" || name == "gpu", "argument 1 must be \"cpu\" or \"gpu\"");
  if (name == "gpu" && !at::hasMPS()) throw std::runtime_error("this libtorch finds no MPS device");
  setDevice(name == "gpu" ? at::kMPS : at::kCPU);
}

void waitForDevice() {
  if (device().type() != at::kCPU) at::detail::getMPSHooks().deviceSynchronize();
}

MemoryFigures memory() {
  auto [active, peak] = allocated();
  return {static_cast<double>(active), static_cast<double>(peak), 0};
}

/** libtorch has no such limits: what was asked for is remembered, so that the next caller hears it. */
template <int Which>
double remembered(uint64_t bytes) {
  static double last = 0;
  return std::exchange(last, static_cast<double>(bytes));
}

constexpr int mostThreads = 64;

array fromMemory(const TypedMemory& typed, const Size& size, Dtype dtype) {
  TypedMemory::View memory = fitting(typed, size.shape, dtype);
  at::Tensor raw = at::empty(sizesOf(size.shape), outside(dtype));
  if (memory.bytes > 0) std::memcpy(raw.data_ptr(), memory.data, memory.bytes);
  return fromOutside(raw, dtype);
}

NewMemory toMemory(Environment& environment, const array& a) {
  at::Tensor flat = toOutside(a);
  return copied(environment, flat.data_ptr(), flat.nbytes(), a.dtype());
}

double item(const array& a) {
  require(a.size() == 1, "needs an array of one element, got " + describe(a));
  at::Tensor one = a.tensor().detach().cpu();
  return isFraction(a.dtype()) ? one.item<double>() : static_cast<double>(one.item<int64_t>());
}

array full(const Size& size, double value, Dtype dtype) {
  return {scalarOf(value, dtype).tensor().expand(sizesOf(size.shape)).contiguous(), dtype};
}

array arange(double start, double stop, double step, Dtype dtype) {
  require(step != 0, "a step must not be 0");
  int64_t count = std::max<int64_t>(0, static_cast<int64_t>(std::ceil((stop - start) / step)));
  at::Tensor places = at::arange(count, at::TensorOptions().dtype(at::kDouble)) * step + start;
  return {places.to(stored(dtype)).to(device()), dtype};
}

}  // namespace

const OpTable& system() {
  static const OpTable table = {
      row("version", version),
      row("threads", [] { return at::get_num_threads(); }),
      row("setThreads",
          [](int count) {
            require(count >= 1 && count <= mostThreads, "argument 1 must be from 1 to " + std::to_string(mostThreads));
            at::set_num_threads(count);
          }),
      row("deviceInfo", deviceInfo),
      row("setDefaultDevice", setDefaultDevice),
      row("synchronize", waitForDevice),
      row("memory", memory),
      row("resetPeakMemory", resetPeak),
      row("clearCache",
          [] {
            if (device().type() != at::kCPU) at::detail::getMPSHooks().emptyCache();
          }),
      row("setMemoryLimit", remembered<0>),
      row("setCacheLimit", remembered<1>),
      row("setWiredLimit", remembered<2>),

      row("fromMemory", fromMemory),
      row("scalarLike", [](const Scalar& value, const array& like) { return scalarLike(value, like.dtype()); }),
      row("full", full),
      row("arange", arange),
      row("toMemory", toMemory),
      row("item", item),
      row("shape", [](const array& a) { return a.shape(); }),
      row("dtype", [](const array& a) { return a.dtype(); }),
      row("nbytes", [](const array& a) { return a.nbytes(); }),
      // Every operation of libtorch computes at once, or is under way on its device.
      row("eval", [](const std::vector<array>&) { waitForDevice(); }),
      row("asyncEval", [](const std::vector<array>&) {}),
  };
  return table;
}

}  // namespace ft::torch
