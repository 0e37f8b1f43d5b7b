// SimEnv: a virtual world in one process. Time stands still until someone advances it, files are in
// memory, randomness comes from the seed: the same seed gives the same run.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "env/env.h"

namespace millrace {

class SimFileSystem;

// Starts at 2020-01-01 00:00:00 UTC.
class SimClock final : public Clock {
 public:
  static constexpr int64_t kStartMicros = 1'577'836'800'000'000;

  int64_t nowMicros() const override { return micros_.load(std::memory_order_relaxed); }
  int64_t monotonicNanos() const override { return (nowMicros() - kStartMicros) * 1000; }

  void advanceMicros(int64_t by) { micros_.fetch_add(by, std::memory_order_relaxed); }
  // Never goes back.
  void advanceToMillis(int64_t millis);

 private:
  std::atomic<int64_t> micros_{kStartMicros};
};

class SimEnv final : public Env {
 public:
  explicit SimEnv(uint64_t seed);
  ~SimEnv() override;

  Clock& clock() override { return clock_; }
  FileSystem& files() override;
  Random& random() override;

  SimClock& simClock() { return clock_; }
  SimFileSystem& simFiles() { return *files_; }

 private:
  class SeededRandom;
  SimClock clock_;
  std::unique_ptr<SeededRandom> random_;
  std::unique_ptr<SimFileSystem> files_;
};

}  // namespace millrace
