#include <time.h>

#include <mutex>
#include <random>

#include "env/env.h"
#include "env/real/posix_file_system.h"

namespace millrace {

namespace {

class SystemClock final : public Clock {
 public:
  int64_t nowMicros() const override {
    timespec now = read(CLOCK_REALTIME);
    return int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
  }
  int64_t monotonicNanos() const override {
    timespec now = read(CLOCK_MONOTONIC);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
  }

 private:
  static timespec read(clockid_t clock) {
    timespec now;
    clock_gettime(clock, &now);
    return now;
  }
};

class SystemRandom final : public Random {
 public:
  SystemRandom() {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    engine_.seed(seed);
  }
  uint64_t next() override {
    std::lock_guard lock(mutex_);
    return engine_();
  }

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

class RealEnv final : public Env {
 public:
  Clock& clock() override { return clock_; }
  FileSystem& files() override { return posixFileSystem(); }
  Random& random() override { return random_; }

 private:
  SystemClock clock_;
  SystemRandom random_;
};

}  // namespace

Env& realEnv() {
  static RealEnv env;
  return env;
}

}  // namespace millrace
