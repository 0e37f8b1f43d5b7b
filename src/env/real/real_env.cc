#include <sys/random.h>
#include <time.h>

#include <array>
#include <mutex>

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

// The kernel's generator, because keys and tokens are made from it too.
class SystemRandom final : public Random {
 public:
  uint64_t next() override {
    std::lock_guard lock(mutex_);
    if (used_ == numbers_.size()) fill();
    return numbers_[used_++];
  }

 private:
  void fill() {
    constexpr ssize_t kBytes = sizeof(numbers_);  // up to 256 bytes come whole
    while (::getrandom(numbers_.data(), kBytes, 0) != kBytes) {
    }
    used_ = 0;
  }

  std::mutex mutex_;
  std::array<uint64_t, 32> numbers_{};
  size_t used_ = numbers_.size();
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
