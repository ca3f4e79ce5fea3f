// Several processes as one: MLX's own ring over TCP. Joined once a process; who is in it is told here, not chosen.
// What a lost neighbour means is TypeScript's matter: here a sum fails, and the ring can be cut from another thread.
#include "mlx/distributed/distributed.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "mlx/distributed/ops.h"
#include "ops/tables.h"

namespace ft::ops {

namespace {

namespace distributed = mx::distributed;

constexpr const char* backend = "ring";

std::mutex mutex;
/** The ring's own. MLX shows them to nobody, and waits on them for as long as a neighbour says nothing. */
std::vector<int> lines;

int descriptors() {
  constexpr rlim_t most = 65536;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  return static_cast<int>(std::min(limit.rlim_cur, most));
}

/** Sockets of this process that lead to another machine, or to another process over TCP. */
std::vector<int> connections() {
  std::vector<int> found;
  for (int at = 0, end = descriptors(); at < end; at++) {
    sockaddr_storage peer{};
    socklen_t length = sizeof(peer);
    if (getpeername(at, reinterpret_cast<sockaddr*>(&peer), &length) == 0 && peer.ss_family == AF_INET) found.push_back(at);
  }
  return found;
}

struct RingPlace {
  int rank, size;

  static constexpr auto fields() {
    return std::tuple{Field{"rank", &RingPlace::rank}, Field{"size", &RingPlace::size}};
  }
};

/** Waits for both neighbours. `hostfile`: a list of addresses for each rank, as MLX reads it. */
RingPlace ringJoin(int rank, const std::string& hostfile) {
  // MLX asks the environment alone.
  setenv("MLX_RANK", std::to_string(rank).c_str(), 1);
  setenv("MLX_HOSTFILE", hostfile.c_str(), 1);
  std::vector<int> before = connections();
  auto group = distributed::init(true, backend);
  std::lock_guard lock(mutex);
  for (int socket : connections())
    if (std::find(before.begin(), before.end(), socket) == before.end()) lines.push_back(socket);
  return {group.rank(), group.size()};
}

/** What waits for a neighbour fails, now and later. Of any thread, also while another waits. */
void ringCut() {
  std::lock_guard lock(mutex);
  for (int socket : lines) shutdown(socket, SHUT_RDWR);
  lines.clear();
}

}  // namespace

const OpTable& several() {
  static const OpTable table = {
      row("ringJoin", ringJoin),
      row("ringCut", ringCut),
      row("allSum", [](const array& a) { return distributed::all_sum(a, distributed::init(true, backend)); }),
  };
  return table;
}

}  // namespace ft::ops
