// Safetensors in and out. Trusts the header it is given: files of others are checked before they come here.
// Not a place for file names, temporary or final.
#include "core/fault.h"
#include "ops/tables.h"
#include "ops/tensor-files.h"

namespace ft::ops {

namespace {

void saveSafetensors(Environment& environment, const std::string& path, const std::vector<std::string>& names,
                     const std::vector<array>& tensors, const TextMap& metadata) {
  require(names.size() == tensors.size(), "needs as many names as arrays");
  std::map<std::string, array> named;
  for (size_t i = 0; i < names.size(); i++)
    require(named.emplace(names[i], tensors[i]).second, "two arrays are named \"" + names[i] + "\"");
  writeTensors(environment, path, named, metadata);
}

}  // namespace

const OpTable& files() {
  static const OpTable table = {
      row("loadSafetensors", readTensors),
      row("saveSafetensors", saveSafetensors),
  };
  return table;
}

}  // namespace ft::ops
