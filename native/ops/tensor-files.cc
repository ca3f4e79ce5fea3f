// Tensors of files through MLX.
#include <fstream>

#include "core/fault.h"
#include "mlx/io.h"
#include "ops/tensor-files.h"

namespace ft::ops {

namespace {

/** Writes to exactly the given path; MLX's own writer by name appends a suffix where it misses one. */
class FileWriter : public mx::io::Writer {
 public:
  explicit FileWriter(std::string path) : path_(std::move(path)), stream_(path_, std::ios::binary | std::ios::trunc) {}

  bool is_open() const override { return stream_.is_open(); }
  bool good() const override { return stream_.good(); }
  size_t tell() override { return static_cast<size_t>(stream_.tellp()); }
  void seek(int64_t offset, std::ios_base::seekdir way) override { stream_.seekp(offset, way); }
  void write(const char* data, size_t size) override {
    stream_.write(data, static_cast<std::streamsize>(size));
    checkGood();
  }
  std::string label() const override { return "file " + path_; }
  void finish() {
    stream_.close();
    checkGood();
  }

 private:
  void checkGood() const {
    if (!stream_.good()) throw std::runtime_error("writing " + path_ + " failed: is the disk full?");
  }

  std::string path_;
  std::ofstream stream_;
};

}  // namespace

std::map<std::string, array> readTensors(Environment&, const std::string& path) {
  auto loaded = mx::load_safetensors(path).first;
  return {loaded.begin(), loaded.end()};
}

void writeTensors(Environment&, const std::string& path, const std::map<std::string, array>& tensors,
                  const TextMap& metadata) {
  auto writer = std::make_shared<FileWriter>(path);
  if (!writer->is_open()) throw std::runtime_error("cannot write to " + path);
  mx::save_safetensors(writer, {tensors.begin(), tensors.end()}, {metadata.begin(), metadata.end()});
  writer->finish();
}

}  // namespace ft::ops
