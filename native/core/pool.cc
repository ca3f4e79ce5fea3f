// A piece is taken by raising a counter that also holds the number of the job, so that a thread that comes late cannot
// take a piece of another job. Threads look for work for a little while before they sleep until they are woken.
// A process that was forked has none of them: its callers find every piece still there, and compute it.
#include "core/pool.h"

#include <dlfcn.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <system_error>
#include <thread>

#include "core/cores.h"
#include "core/crowding.h"

namespace ft::pool {

namespace {

/** How long a thread looks for the next job before it sleeps: longer than most gaps between two products of a step. */
constexpr int64_t idleSpin = 200'000;
/** How long the caller looks for the last piece before it sleeps and so gives its core away, perhaps to that piece. */
constexpr int64_t finalSpin = 50'000;

int64_t wallTime() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void breathe() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/** Asks again and again for at most `time`; the last answer. */
template <class Condition>
bool spinUntil(const Condition& isTrue, int64_t time) {
  for (int64_t end = wallTime() + time; wallTime() < end;)
    for (int i = 0; i < 32; i++) {
      if (isTrue()) return true;
      breathe();
    }
  return isTrue();
}

/** The work under way. Its fields change only while nobody can take a piece. */
class Job {
 public:
  void open(size_t pieces, Piece call, const void* all) {
    uint64_t number = (next.load() >> indexBits) + 1;
    // Whoever reads one of the fields below from now on finds that `next` is no longer what it was: a thread that looked
    // at the previous job, which had no piece left by its own count, must not find one by this job's.
    next.store(number << indexBits | indexMask);
    count.store(pieces);
    piece.store(call);
    work.store(all);
    done.store(0);
    fastest.store(INT64_MAX);
    slowest.store(0);
    exhaustedAt.store(0);
    next.store((number + 1) << indexBits);
  }

  bool hasPieces() const { return (next.load() & indexMask) < count.load(); }

  /** Computes pieces until none is left to take. */
  void help() {
    int64_t now = wallTime();
    if (!takePiece(now)) return;
    while (takePiece(now)) {
    }
    int64_t notYet = 0;
    exhaustedAt.compare_exchange_strong(notYet, now);
  }

  /** Returns when every piece is computed. */
  void finish() {
    if (!spinUntil([&] { return isDone(); }, finalSpin)) sleepUntilDone();
  }

  /** How long threads had nothing left to do and waited for one that had been interrupted; asked once it is done. */
  int64_t lost(int64_t now) const {
    int64_t usual = std::max(2 * fastest.load(), briefest);
    return std::min(now - exhaustedAt.load(), std::max<int64_t>(0, slowest.load() - usual));
  }

 private:
  static constexpr int indexBits = 24;
  static constexpr uint64_t indexMask = (uint64_t{1} << indexBits) - 1;
  /** Pieces differ, by less than this or by less than twofold; what takes longer was interrupted. */
  static constexpr int64_t briefest = 500'000;

  bool isDone() const { return done.load() == count.load(); }

  /** Computes one piece, if there is one, and moves `now` to its end. */
  bool takePiece(int64_t& now) {
    uint64_t taken = next.load();
    size_t pieces;
    Piece call;
    const void* all;
    do {
      pieces = count.load();
      call = piece.load();
      all = work.load();
      if ((taken & indexMask) >= pieces) return false;
      // Succeeds only while `next` is what it was before the fields were read, so they are all of one job.
    } while (!next.compare_exchange_weak(taken, taken + 1));
    call(all, taken & indexMask);
    record(now, wallTime());
    if (done.fetch_add(1) + 1 == pieces && callerSleeps.load()) done.notify_one();
    return true;
  }

  /** Of two threads at once one may be forgotten: these figures decide about threads, never about results. */
  void record(int64_t& begin, int64_t end) {
    int64_t took = end - begin;
    if (took < fastest.load()) fastest.store(took);
    if (took > slowest.load()) slowest.store(took);
    begin = end;
  }

  void sleepUntilDone() {
    callerSleeps.store(true);
    for (uint32_t seen; (seen = done.load()) < count.load();) done.wait(seen);
    callerSleeps.store(false);
  }

  std::atomic<uint64_t> next{0};
  std::atomic<size_t> count{0};
  std::atomic<Piece> piece{nullptr};
  std::atomic<const void*> work{nullptr};
  alignas(64) std::atomic<uint32_t> done{0};
  std::atomic<bool> callerSleeps{false};
  std::atomic<int64_t> fastest{0}, slowest{0};
  /** When the first thread found nothing left to take; 0 before that. */
  std::atomic<int64_t> exhaustedAt{0};
};

class Pool {
 public:
  /** False when the caller does better alone. */
  bool run(size_t count, Piece piece, const void* work) {
    if (busy.exchange(true)) return false;
    int64_t start = wallTime();
    int helpers = available(start);
    helping.store(helpers);
    if (helpers > 0) {
      job.open(count, piece, work);
      wake(static_cast<int>(std::min<size_t>(helpers, count - 1)));
      job.help();
      job.finish();
      int64_t now = wallTime();
      crowding.finished(now, now - start, job.lost(now));
    }
    busy.store(false);
    return helpers > 0;
  }

  std::atomic<int> wanted{physicalCores()};

 private:
  /** How many threads may help now; those that are missing are started. */
  int available(int64_t now) {
    if (crowding.most() != wanted) crowding = Crowding(wanted);
    int helpers = crowding.allowed(now) - 1;
    if (workers == 0 && helpers > 0) stayLoaded();
    try {
      for (; workers < helpers; workers++) std::thread([this, id = workers] { serve(id); }).detach();
    } catch (const std::system_error&) {
      // The system allows no more threads: those that there are do the work.
    }
    return std::min(helpers, workers);
  }

  /** The threads outlive the environment that loaded the addon; their code must too. */
  static void stayLoaded() {
    Dl_info here;
    if (dladdr(reinterpret_cast<void*>(&stayLoaded), &here)) dlopen(here.dli_fname, RTLD_NOW | RTLD_NODELETE);
  }

  /** Sees to it that `needed` helpers are awake. */
  void wake(int needed) {
    int helpers = helping.load();
    for (int id = 0; id < helpers; id++) needed -= asleep[id].flag.load() == 0;
    for (int id = 0; id < helpers && needed > 0; id++)
      if (asleep[id].flag.exchange(0)) {
        asleep[id].flag.notify_one();
        needed--;
      }
  }

  [[noreturn]] void serve(int id) {
    auto mayHelp = [&] { return id < helping.load(); };
    for (;;) {
      if (mayHelp()) job.help();
      bool found = spinUntil([&] { return job.hasPieces() || !mayHelp(); }, idleSpin);
      if (!found || !mayHelp()) sleep(id);
    }
  }

  void sleep(int id) {
    auto& flag = asleep[id].flag;
    flag.store(1);
    // Whoever opens a job looks at the flags afterwards: either this sees the job or that sees the flag.
    if (id < helping.load() && job.hasPieces()) flag.store(0);
    flag.wait(1);
  }

  /** 1 while the thread sleeps. On a line of memory of its own. */
  struct alignas(64) Sleeper {
    std::atomic<uint32_t> flag{0};
  };

  std::atomic<bool> busy{false};
  std::atomic<int> helping{0};
  int workers = 0;
  Crowding crowding{0};
  Job job;
  std::array<Sleeper, mostThreads> asleep;
};

/** Never destroyed: its threads may look at it while the process ends. */
Pool& pool() {
  static Pool& one = *new Pool;
  return one;
}

}  // namespace

int threads() { return pool().wanted; }

void setThreads(int count) { pool().wanted = count; }

void each(size_t count, Piece piece, const void* work) {
  if (count > 1 && pool().run(count, piece, work)) return;
  for (size_t index = 0; index < count; index++) piece(work, index);
}

}  // namespace ft::pool
