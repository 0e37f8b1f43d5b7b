// Throttle: a budget that refills over time, as Kinesis grants it per shard and second.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace millrace::kinesis {

// Not thread-safe. Times are Clock::monotonicNanos().
class Throttle {
 public:
  // The budget of one second can be used at once. `perSecond` 0 = without limit.
  explicit Throttle(double perSecond) : perSecond_(perSecond), available_(perSecond) {}

  // Whether `amount` may be used now. One that is larger than the budget may overdraw it when it is
  // full; what follows waits until the debt is paid.
  bool allows(double amount, int64_t nowNanos) {
    if (perSecond_ <= 0) return true;
    refill(nowNanos);
    return available_ >= std::min(amount, perSecond_);
  }
  // Whether anything may be used: nothing is owed.
  bool isPositive(int64_t nowNanos) {
    if (perSecond_ <= 0) return true;
    refill(nowNanos);
    return available_ > 0;
  }
  void use(double amount) { available_ -= amount; }

 private:
  void refill(int64_t nowNanos) {
    if (lastNanos_) {
      double passed = static_cast<double>(nowNanos - *lastNanos_) / 1e9;
      available_ = std::min(perSecond_, available_ + passed * perSecond_);
    }
    lastNanos_ = nowNanos;
  }

  double perSecond_;
  double available_;
  std::optional<int64_t> lastNanos_;
};

}  // namespace millrace::kinesis
