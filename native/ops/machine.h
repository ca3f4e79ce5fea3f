// What the rows about the machine answer with, whichever library computes.
#pragma once

#include <unistd.h>

#include <string>

#include "core/fields.h"

namespace ft::ops {

struct Versions {
  /** Of the library that computes. */
  std::string mlx;
  std::string addon, blas;

  static constexpr auto fields() {
    return std::tuple{Field{"mlx", &Versions::mlx}, Field{"addon", &Versions::addon}, Field{"blas", &Versions::blas}};
  }
};

struct DeviceInfo {
  std::string device, name;
  double memoryBytes, recommendedBytes;
  bool metal, cuda;

  static constexpr auto fields() {
    using Self = DeviceInfo;
    return std::tuple{Field{"device", &Self::device},
                      Field{"name", &Self::name},
                      Field{"memoryBytes", &Self::memoryBytes},
                      Field{"recommendedBytes", &Self::recommendedBytes},
                      Field{"metal", &Self::metal},
                      Field{"cuda", &Self::cuda}};
  }
};

struct MemoryFigures {
  double activeBytes, peakBytes, cacheBytes;

  static constexpr auto fields() {
    using Self = MemoryFigures;
    return std::tuple{Field{"activeBytes", &Self::activeBytes}, Field{"peakBytes", &Self::peakBytes},
                      Field{"cacheBytes", &Self::cacheBytes}};
  }
};

inline double machineMemory() {
  return static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

}  // namespace ft::ops
