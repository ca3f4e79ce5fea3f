// Numbers into arrays and out again; always copies, because memory shared with the garbage collector pins both sides.
// Not here: files, which files.cc reads and writes.
#include <cstring>
#include <limits>

#include "mlx/ops.h"
#include "mlx/transforms.h"
#include "ops/scalar.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

napi_typedarray_type memoryType(mx::Dtype dtype) {
  switch (dtype.val()) {
    case mx::Dtype::Val::bool_:
    case mx::Dtype::Val::uint8: return napi_uint8_array;
    case mx::Dtype::Val::int8: return napi_int8_array;
    case mx::Dtype::Val::uint16:
    case mx::Dtype::Val::float16:
    case mx::Dtype::Val::bfloat16: return napi_uint16_array;
    case mx::Dtype::Val::int16: return napi_int16_array;
    case mx::Dtype::Val::uint32: return napi_uint32_array;
    case mx::Dtype::Val::int32: return napi_int32_array;
    case mx::Dtype::Val::uint64: return napi_biguint64_array;
    case mx::Dtype::Val::int64: return napi_bigint64_array;
    case mx::Dtype::Val::float64: return napi_float64_array;
    case mx::Dtype::Val::float32:
    case mx::Dtype::Val::complex64: return napi_float32_array;
  }
  return napi_uint8_array;
}

/** Entries of the typed array that holds one element: a complex number is a pair. */
size_t entrySize(mx::Dtype dtype) { return dtype == mx::complex64 ? sizeof(float) : size_of(dtype); }

size_t byteCount(const mx::Shape& shape, mx::Dtype dtype) {
  size_t bytes = size_of(dtype);
  for (int size : shape) {
    require(size == 0 || bytes <= std::numeric_limits<int64_t>::max() / static_cast<size_t>(size),
            "the shape has too many elements");
    bytes *= static_cast<size_t>(size);
  }
  return bytes;
}

array fromMemory(const TypedMemory& typed, const Size& size, mx::Dtype dtype) {
  TypedMemory::View memory = typed.view();
  // Raw bytes fit every dtype: what was read from a file need not be aligned for its own typed array.
  bool fits = memory.type == memoryType(dtype) || memory.type == napi_uint8_array;
  require(fits, std::string("argument 1: this typed array cannot hold ") + nameOf(dtype));
  size_t bytes = byteCount(size.shape, dtype);
  require(bytes == memory.bytes, "argument 1 has " + std::to_string(memory.bytes) + " bytes, the shape in " +
                                     nameOf(dtype) + " needs " + std::to_string(bytes));
  auto data = mx::allocator::malloc(bytes);
  mx::allocator::Buffer buffer = data.buffer();
  if (bytes > 0 && buffer.ptr() == nullptr) throw std::bad_alloc();
  if (bytes > 0) std::memcpy(buffer.raw_ptr(), memory.data, bytes);
  return array(std::move(data), size.shape, dtype);
}

NewMemory toMemory(Environment& environment, const array& a) {
  array flat = mx::contiguous(a);
  flat.eval();
  napi_env env = environment.env;
  void* target = nullptr;
  napi_value buffer, view;
  check(env, napi_create_arraybuffer(env, flat.nbytes(), &target, &buffer));
  if (flat.nbytes() > 0) std::memcpy(target, flat.data<char>(), flat.nbytes());
  size_t entries = flat.nbytes() / entrySize(a.dtype());
  check(env, napi_create_typedarray(env, memoryType(a.dtype()), entries, buffer, 0, &view));
  return {view};
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
