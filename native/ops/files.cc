// Safetensors in and out through MLX. Trusts the header it is given: files of others are checked before they come here.
// Not a place for file names, temporary or final.
#include <fstream>

#include "mlx/io.h"
#include "ops/tables.h"

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

std::map<std::string, array> loadSafetensors(const std::string& path) {
  auto loaded = mx::load_safetensors(path).first;
  // Sorted, so that handles and errors do not depend on the order of a hash table.
  return {loaded.begin(), loaded.end()};
}

void saveSafetensors(const std::string& path, const std::vector<std::string>& names,
                     const std::vector<array>& tensors, const TextMap& metadata) {
  require(names.size() == tensors.size(), "needs as many names as arrays");
  std::unordered_map<std::string, array> named;
  for (size_t i = 0; i < names.size(); i++)
    require(named.emplace(names[i], tensors[i]).second, "two arrays are named \"" + names[i] + "\"");
  auto writer = std::make_shared<FileWriter>(path);
  if (!writer->is_open()) throw std::runtime_error("cannot write to " + path);
  mx::save_safetensors(writer, named, {metadata.begin(), metadata.end()});
  writer->finish();
}

}  // namespace

const OpTable& files() {
  static const OpTable table = {
      row("loadSafetensors", loadSafetensors),
      row("saveSafetensors", saveSafetensors),
  };
  return table;
}

}  // namespace ft::ops
