// Tensors of safetensors files as the library that computes reads and writes them: tensor-files.cc with MLX,
// torch/tensor-files.cc with libtorch.
#pragma once

#include <map>
#include <string>

#include "core/convert.h"

namespace ft::ops {

/** By name. Sorted, so that handles and errors do not depend on the order of a hash table. */
std::map<std::string, array> readTensors(Environment& environment, const std::string& path);

/** To exactly the given path, in place of what was there. */
void writeTensors(Environment& environment, const std::string& path, const std::map<std::string, array>& tensors,
                  const TextMap& metadata);

}  // namespace ft::ops
