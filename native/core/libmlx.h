// Functions of libmlx that the addon stands in for: it exports the same name, the loader finds that one first, for
// libmlx's own calls too, and here the real one is found behind it. On Linux; on macOS a library's calls to itself
// cannot be led elsewhere.
#pragma once

#ifdef __linux__

#include <dlfcn.h>

#include <stdexcept>
#include <string>

#define FT_EXPORT __attribute__((visibility("default")))

namespace ft {

/** libmlx's function with this mangled name. */
template <class Function>
Function* ofLibmlx(const char* symbol) {
  // Already loaded: the addon is linked to it.
  void* library = dlopen("libmlx.so", RTLD_LAZY | RTLD_NOLOAD);
  void* found = library ? dlsym(library, symbol) : nullptr;
  if (!found) throw std::runtime_error(std::string("libmlx has no ") + symbol);
  return reinterpret_cast<Function*>(found);
}

}  // namespace ft

#endif
