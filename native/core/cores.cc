// Counts cores as each system tells them. Linux: affinity, topology and control groups; macOS: sysctl.
#include "core/cores.h"

#include <algorithm>
#include <thread>

#ifdef __linux__
#include <sched.h>

#include <cstdlib>
#include <fstream>
#include <set>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

namespace ft {

namespace {

#ifdef __linux__

std::string firstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/** Distinct cores among the processors that the process may run on. */
int allowedCores(const std::string& root) {
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof(mask), &mask) != 0) return static_cast<int>(std::thread::hardware_concurrency());
  std::set<std::string> found;
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &mask)) continue;
    std::string name = std::to_string(cpu);
    std::string siblings = firstLine(root + "/sys/devices/system/cpu/cpu" + name + "/topology/thread_siblings_list");
    found.insert(siblings.empty() ? name : siblings);
  }
  return static_cast<int>(found.size());
}

/** Whole processors in `quota` of every `period`; a large number where either says that there is no limit. */
int wholeProcessors(const std::string& quota, const std::string& period) {
  double allowed = std::atof(quota.c_str()), every = std::atof(period.c_str());
  return allowed > 0 && every > 0 ? static_cast<int>(allowed / every) : INT32_MAX;
}

/** The limit in one group's folder, as version 2 or version 1 of control groups writes it. */
int quotaIn(const std::string& folder) {
  std::string both = firstLine(folder + "/cpu.max");
  if (size_t blank = both.find(' '); blank != std::string::npos)
    return wholeProcessors(both.substr(0, blank), both.substr(blank + 1));
  return wholeProcessors(firstLine(folder + "/cpu.cfs_quota_us"), firstLine(folder + "/cpu.cfs_period_us"));
}

/** The smallest limit from `group` up to the root of its hierarchy: each group is bound by those above it. */
int quotaUpFrom(const std::string& mount, std::string group) {
  int least = quotaIn(mount);
  for (; group.size() > 1; group.erase(group.rfind('/'))) least = std::min(least, quotaIn(mount + group));
  return least;
}

/** The smallest limit of the groups that the process is in; lines are `number:controllers:/group`. */
int quota(const std::string& root) {
  int least = INT32_MAX;
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && ("," + controllers + ",").find(",cpu,") == std::string::npos) continue;
    std::string mount = root + "/sys/fs/cgroup" + (controllers.empty() ? "" : "/" + controllers);
    least = std::min(least, quotaUpFrom(mount, line.substr(second + 1)));
  }
  return least;
}

int count(const std::string& root) { return std::min(allowedCores(root), quota(root)); }

#elif defined(__APPLE__)

int count(const std::string&) {
  int cores = 0;
  size_t size = sizeof(cores);
  return sysctlbyname("hw.physicalcpu", &cores, &size, nullptr, 0) == 0 ? cores : 1;
}

#else

int count(const std::string&) { return static_cast<int>(std::thread::hardware_concurrency()); }

#endif

}  // namespace

int physicalCores(const std::string& root) { return std::max(1, count(root)); }

}  // namespace ft
