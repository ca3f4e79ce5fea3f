// Numbers into arrays and out again; always copies, because memory shared with the garbage collector pins both sides.
// Not here: files, which files.cc reads and writes.
#include <cstring>
#include <limits>

#include "mlx/ops.h"
#include "mlx/transforms.h"
#include "ops/scalar.h"
#include "ops/tables.h"
#include "ops/typed-memory.h"

namespace ft::ops {

namespace {

array fromMemory(const TypedMemory& typed, const Size& size, mx::Dtype dtype) {
  TypedMemory::View memory = fitting(typed, size.shape, dtype);
  auto data = mx::allocator::malloc(memory.bytes);
  mx::allocator::Buffer buffer = data.buffer();
  if (memory.bytes > 0 && buffer.ptr() == nullptr) throw std::bad_alloc();
  if (memory.bytes > 0) std::memcpy(buffer.raw_ptr(), memory.data, memory.bytes);
  return array(std::move(data), size.shape, dtype);
}

NewMemory toMemory(Environment& environment, const array& a) {
  array flat = mx::contiguous(a);
  flat.eval();
  return copied(environment, flat.nbytes() > 0 ? flat.data<char>() : nullptr, flat.nbytes(), a.dtype());
}

double item(array a) {
  require(a.size() == 1, "needs an array of one element, got " + describe(a));
  require(a.dtype() != mx::complex64, "a complex number is not one number");
  array wide = a;
  switch (a.dtype().val()) {
    case mx::Dtype::Val::uint64: return static_cast<double>(wide.item<uint64_t>());
    case mx::Dtype::Val::int64: return static_cast<double>(wide.item<int64_t>());
    case mx::Dtype::Val::float64: return wide.item<double>();
    case mx::Dtype::Val::float32: return wide.item<float>();
    case mx::Dtype::Val::float16: return static_cast<float>(wide.item<mx::float16_t>());
    case mx::Dtype::Val::bfloat16: return static_cast<float>(wide.item<mx::bfloat16_t>());
    case mx::Dtype::Val::bool_: return wide.item<bool>() ? 1 : 0;
    case mx::Dtype::Val::uint8: return wide.item<uint8_t>();
    case mx::Dtype::Val::uint16: return wide.item<uint16_t>();
    case mx::Dtype::Val::uint32: return wide.item<uint32_t>();
    case mx::Dtype::Val::int8: return wide.item<int8_t>();
    case mx::Dtype::Val::int16: return wide.item<int16_t>();
    case mx::Dtype::Val::int32: return wide.item<int32_t>();
    case mx::Dtype::Val::complex64: break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

const OpTable& data() {
  static const OpTable table = {
      row("fromMemory", fromMemory),
      row("scalarLike", [](const Scalar& value, const array& like) { return scalarLike(value, like.dtype()); }),
      row("full", [](const Size& size, double value,
                     mx::Dtype dtype) { return mx::full(size.shape, scalarOf(value, dtype), dtype); }),
      row("arange", [](double start, double stop, double step,
                       mx::Dtype dtype) { return mx::arange(start, stop, step, dtype); }),
      row("toMemory", toMemory),
      row("item", [](const array& a) { return item(a); }),
      row("shape", [](const array& a) { return mx::Shape(a.shape()); }),
      row("dtype", [](const array& a) { return a.dtype(); }),
      row("nbytes", [](const array& a) { return a.nbytes(); }),
      row("eval", [](const std::vector<array>& arrays) { mx::eval(arrays); }),
      row("asyncEval", [](const std::vector<array>& arrays) { mx::async_eval(arrays); }),
  };
  return table;
}

}  // namespace ft::ops
