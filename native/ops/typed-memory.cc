// Kinds and sizes of typed arrays, for both addons.
#include "ops/typed-memory.h"

#include <cstring>
#include <limits>

#include "core/environment.h"

namespace ft {

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

}  // namespace

TypedMemory::View fitting(const TypedMemory& typed, const mx::Shape& shape, mx::Dtype dtype) {
  TypedMemory::View memory = typed.view();
  // Raw bytes fit every dtype: what was read from a file need not be aligned for its own typed array.
  bool fits = memory.type == memoryType(dtype) || memory.type == napi_uint8_array;
  require(fits, std::string("argument 1: this typed array cannot hold ") + nameOf(dtype));
  size_t bytes = byteCount(shape, dtype);
  require(bytes == memory.bytes, "argument 1 has " + std::to_string(memory.bytes) + " bytes, the shape in " +
                                     nameOf(dtype) + " needs " + std::to_string(bytes));
  return memory;
}

NewMemory copied(Environment& environment, const void* data, size_t bytes, mx::Dtype dtype) {
  napi_env env = environment.env;
  void* target = nullptr;
  napi_value buffer, view;
  check(env, napi_create_arraybuffer(env, bytes, &target, &buffer));
  if (bytes > 0) std::memcpy(target, data, bytes);
  check(env, napi_create_typedarray(env, memoryType(dtype), bytes / entrySize(dtype), buffer, 0, &view));
  return {view};
}

}  // namespace ft
