// Tensors of safetensors files over libtorch. The header is JSON, which the JavaScript around the addon reads and writes.
#include "ops/tensor-files.h"

#include <cstring>
#include <fstream>
#include <map>

#include <napi.h>

#include "core/environment.h"
#include "core/fault.h"
#include "tensors.h"

namespace ft::ops {

namespace {

using torch::fromOutside, torch::outside, torch::toOutside;
using mx::Dtype;

struct Format {
  const char* name;
  Dtype dtype;
};

const Format formats[] = {{"BOOL", mx::bool_},   {"U8", mx::uint8},     {"U16", mx::uint16},   {"U32", mx::uint32},
                          {"U64", mx::uint64},   {"I8", mx::int8},      {"I16", mx::int16},    {"I32", mx::int32},
                          {"I64", mx::int64},    {"F16", mx::float16},  {"F32", mx::float32},  {"F64", mx::float64},
                          {"BF16", mx::bfloat16}};

Dtype typeNamed(const std::string& name) {
  for (const Format& format : formats)
    if (name == format.name) return format.dtype;
  throw std::runtime_error("no tensor of type " + name + " can be read over libtorch");
}

const char* nameOfType(Dtype dtype) {
  for (const Format& format : formats)
    if (format.dtype == dtype) return format.name;
  throw std::runtime_error("cannot be written");
}

Napi::Value json(Napi::Env env, const char* function, Napi::Value argument) {
  Napi::Object namesake = env.Global().Get("JSON").As<Napi::Object>();
  return namesake.Get(function).As<Napi::Function>().Call(namesake, {argument});
}

void read(std::ifstream& file, const std::string& path, void* target, size_t bytes) {
  if (bytes > 0 && !file.read(static_cast<char*>(target), static_cast<std::streamsize>(bytes)))
    throw std::runtime_error(path + " ends too early");
}

array tensorIn(std::ifstream& file, const std::string& path, Napi::Object told, uint64_t begin) {
  Dtype dtype = typeNamed(told.Get("dtype").As<Napi::String>().Utf8Value());
  Napi::Array sizes = told.Get("shape").As<Napi::Array>(), offsets = told.Get("data_offsets").As<Napi::Array>();
  std::vector<int64_t> shape;
  for (uint32_t i = 0; i < sizes.Length(); i++) shape.push_back(sizes.Get(i).As<Napi::Number>().Int64Value());
  at::Tensor raw = at::empty(shape, outside(dtype));
  int64_t from = offsets.Get(0u).As<Napi::Number>().Int64Value(), to = offsets.Get(1u).As<Napi::Number>().Int64Value();
  require(to - from == static_cast<int64_t>(raw.nbytes()), path + ": a tensor's offsets and shape do not agree");
  file.seekg(static_cast<std::streamoff>(begin) + from);
  read(file, path, raw.data_ptr(), raw.nbytes());
  return fromOutside(raw, dtype);
}

std::string quoted(Napi::Env env, const std::string& text) {
  return json(env, "stringify", Napi::String::New(env, text)).As<Napi::String>().Utf8Value();
}

std::string headerOf(Napi::Env env, const std::map<std::string, array>& tensors, const TextMap& metadata) {
  std::string text = "{\"__metadata__\":{";
  const char* comma = "";
  for (const auto& [name, value] : metadata) {
    text += comma + quoted(env, name) + ":" + quoted(env, value);
    comma = ",";
  }
  text += "}";
  size_t place = 0;
  for (const auto& [name, tensor] : tensors) {
    std::string sizes;
    for (int size : tensor.shape()) sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    size_t end = place + tensor.nbytes();
    text += "," + quoted(env, name) + ":{\"dtype\":\"" + nameOfType(tensor.dtype()) + "\",\"shape\":[" + sizes +
            "],\"data_offsets\":[" + std::to_string(place) + "," + std::to_string(end) + "]}";
    place = end;
  }
  text += "}";
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

std::map<std::string, array> readTensors(Environment& environment, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  uint64_t length = 0;
  read(file, path, &length, sizeof(length));
  constexpr uint64_t longest = 100'000'000;
  require(length <= longest, path + ": the header is too long");
  std::string text(length, ' ');
  read(file, path, text.data(), length);
  Napi::Env env(environment.env);
  Napi::Object header = json(env, "parse", Napi::String::New(env, text)).As<Napi::Object>();
  Napi::Array names = header.GetPropertyNames();
  std::map<std::string, array> tensors;
  for (uint32_t i = 0; i < names.Length(); i++) {
    std::string name = names.Get(i).ToString().Utf8Value();
    if (name == "__metadata__") continue;
    tensors.emplace(name, tensorIn(file, path, header.Get(names.Get(i)).As<Napi::Object>(), length + sizeof(length)));
  }
  return tensors;
}

void writeTensors(Environment& environment, const std::string& path, const std::map<std::string, array>& tensors,
                  const TextMap& metadata) {
  std::string header = headerOf(Napi::Env(environment.env), tensors, metadata);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  if (!file) throw std::runtime_error("cannot write to " + path);
  uint64_t length = header.size();
  file.write(reinterpret_cast<const char*>(&length), sizeof(length));
  file.write(header.data(), static_cast<std::streamsize>(length));
  for (const auto& [name, tensor] : tensors) {
    at::Tensor flat = toOutside(tensor);
    file.write(static_cast<const char*>(flat.data_ptr()), static_cast<std::streamsize>(flat.nbytes()));
  }
  file.close();
  if (!file) throw std::runtime_error("writing " + path + " failed: is the disk full?");
}

}  // namespace ft::ops
