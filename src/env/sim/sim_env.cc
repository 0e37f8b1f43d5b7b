#include "env/sim/sim_env.h"

#include <algorithm>
#include <mutex>

#include "env/sim/sim_file_system.h"

namespace millrace {

void SimClock::advanceToMillis(int64_t millis) {
  micros_.store(std::max(nowMicros(), millis * 1000), std::memory_order_relaxed);
}

// SplitMix64: small, and the same numbers everywhere.
class SimEnv::SeededRandom final : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : state_(seed) {}
  uint64_t next() override {
    std::lock_guard lock(mutex_);
    uint64_t x = state_ += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }

 private:
  std::mutex mutex_;
  uint64_t state_;
};

SimEnv::SimEnv(uint64_t seed)
    : random_(std::make_unique<SeededRandom>(seed)),
      files_(std::make_unique<SimFileSystem>(clock_, *random_)) {}
SimEnv::~SimEnv() = default;

FileSystem& SimEnv::files() { return *files_; }
Random& SimEnv::random() { return *random_; }

}  // namespace millrace
