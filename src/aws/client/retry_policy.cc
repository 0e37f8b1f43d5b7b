#include "aws/client/retry_policy.h"

#include <algorithm>
#include <array>

namespace millrace {

namespace {

constexpr std::array<std::string_view, 14> kThrottlingCodes = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
};
constexpr std::array<std::string_view, 4> kTransientCodes = {
    "RequestTimeout", "RequestTimeoutException", "InternalError", "IDPCommunicationError"};
constexpr std::array<std::string_view, 6> kClockCodes = {
    "RequestTimeTooSkewed", "RequestExpired",        "RequestInTheFuture",
    "AuthFailure",          "SignatureDoesNotMatch", "InvalidSignatureException"};
constexpr std::array<std::string_view, 4> kExpiredCodes = {
    "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "ExpiredTokenError"};

template <size_t kSize>
bool contains(const std::array<std::string_view, kSize>& codes, const ApiError& error) {
  return std::find(codes.begin(), codes.end(), error.code()) != codes.end() ||
         std::find(codes.begin(), codes.end(), error.shape()) != codes.end();
}

int costOf(RetryReason reason) {
  if (reason == RetryReason::kNone) return 1;
  return reason == RetryReason::kTimeout ? 10 : 5;
}

}  // namespace

RetryReason retryReasonOf(const ApiError& error) {
  if (error.status() == 0) {
    if (error.code() == "RequestTimeout") return RetryReason::kTimeout;
    return error.code() == "NetworkError" ? RetryReason::kTransient : RetryReason::kNone;
  }
  if (contains(kThrottlingCodes, error)) return RetryReason::kThrottling;
  if (contains(kTransientCodes, error)) return RetryReason::kTransient;
  if (contains(kExpiredCodes, error)) return RetryReason::kExpired;
  if (contains(kClockCodes, error)) return RetryReason::kClockSkew;
  switch (error.status()) {
    case 429:
      return RetryReason::kThrottling;
    case 500:
    case 502:
    case 503:
    case 504:
      return RetryReason::kTransient;
    default:
      return RetryReason::kNone;
  }
}

int64_t retryDelayMicros(RetryReason reason, int attempt, uint64_t random) {
  constexpr int64_t kMax = 20'000'000;
  constexpr int kMaxDoublings = 10;
  int64_t base = reason == RetryReason::kThrottling ? 1'000'000 : 100'000;
  int64_t ceiling = std::min(kMax, base << std::clamp(attempt - 2, 0, kMaxDoublings));
  return static_cast<int64_t>(random % static_cast<uint64_t>(ceiling + 1));
}

bool RetryQuota::acquire(RetryReason reason) {
  std::lock_guard lock(mutex_);
  int cost = costOf(reason);
  if (tokens_ < cost) return false;
  tokens_ -= cost;
  return true;
}

void RetryQuota::release(RetryReason last) {
  std::lock_guard lock(mutex_);
  tokens_ = std::min(kCapacity, tokens_ + costOf(last));
}

}  // namespace millrace
