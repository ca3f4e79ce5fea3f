// How many threads are worth using while other programs want the cores too. A thread that is off its core holds the
// last piece of the work while the others wait for it, so that two threads can take longer than one. What is lost that
// way is measured in short windows: where it is more than a thread brings, one thread fewer is used for a pause, which
// grows as long as trying again fails. So little is lost, whatever else runs. Times are in nanoseconds.
#pragma once

#include <algorithm>
#include <cstdint>

namespace ft::pool {

class Crowding {
 public:
  explicit Crowding(int threads) : threads(threads), limit(threads) {}

  /** The most that it allows. */
  int most() const { return threads; }

  /** How many threads to use now. */
  int allowed(int64_t now) {
    if (limit < threads && now >= raiseAt) {
      limit++;
      raisedAt = now;
      raiseAt = now + pause;
    }
    return limit;
  }

  /** Work took `time`, and for `lost` of it threads waited for one that had been interrupted. */
  void finished(int64_t now, int64_t time, int64_t lost) {
    sumTime += time;
    sumLost += lost;
    if (sumTime < window) return;
    if (static_cast<double>(sumLost) > tolerated / limit * static_cast<double>(sumTime)) lower(now);
    sumTime = sumLost = 0;
  }

 private:
  /** Long enough to see a thread that waits for its turn on a core, which takes some milliseconds. */
  static constexpr int64_t window = 10'000'000;
  static constexpr int64_t leastPause = 50'000'000, mostPause = 2'000'000'000;
  /** Of one thread's share of the time; at all of it, doing without that thread would be as fast. */
  static constexpr double tolerated = 0.8;

  void lower(int64_t now) {
    bool wasWorthIt = now - raisedAt > 2 * pause;
    pause = std::clamp(wasWorthIt ? pause / 2 : pause * 2, leastPause, mostPause);
    limit = std::max(1, limit - 1);
    raiseAt = now + pause;
  }

  int threads, limit;
  int64_t sumTime = 0, sumLost = 0, pause = 0, raiseAt = 0, raisedAt = 0;
};

}  // namespace ft::pool
