// How many processor cores this process may keep busy.
#pragma once

#include <string>

namespace ft {

/**
 * Physical cores: those of the affinity mask, one for each pair of hyperthreads, and no more than the whole
 * processors of a container's quota. At least 1. `root` stands before /sys and /proc.
 */
int physicalCores(const std::string& root = "");

}  // namespace ft
