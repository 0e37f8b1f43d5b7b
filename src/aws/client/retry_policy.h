// The standard retry mode of AWS's SDKs: which errors are worth another attempt, how long to wait
// for it, and a quota that keeps a client from making the trouble of a service worse.
#pragma once

#include <cstdint>
#include <mutex>
#include <string_view>

#include "aws/model/api_error.h"

namespace millrace {

enum class RetryReason : uint8_t {
  kNone,        // another attempt would end the same way
  kTransient,   // 5xx, or nothing came
  kTimeout,     // a transient that took long
  kThrottling,  // too many calls
  kClockSkew,   // our clock is wrong; the response's Date says how much
  kExpired,     // of the credentials
};

// The error of a call; status 0 = no response came (see service_client.h).
RetryReason retryReasonOf(const ApiError& error);

// How long to wait before attempt `attempt` (2 = the first repetition): a random part of 0.1 s
// (1 s when throttled) doubled for each attempt, at most 20 s.
int64_t retryDelayMicros(RetryReason reason, int attempt, uint64_t random);

// The quota of one client: each repetition costs, each success pays back. Thread-safe.
class RetryQuota {
 public:
  // Takes the cost of a repetition, or returns false when there is not enough left.
  bool acquire(RetryReason reason);
  // After a success: what the last repetition cost, or 1 when there was none.
  void release(RetryReason last);

 private:
  std::mutex mutex_;
  int tokens_ = kCapacity;
  static constexpr int kCapacity = 500;
};

}  // namespace millrace
