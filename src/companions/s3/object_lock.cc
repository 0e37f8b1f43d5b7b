#include "companions/s3/object_lock.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/store/buckets.h"

namespace millrace::s3 {

namespace {

constexpr int64_t kDayMillis = 86'400'000;
constexpr int64_t kDaysPerYear = 365;

bool isRetained(const StoredAttributes& attributes, Timestamp now) {
  return attributes.retainUntil && *attributes.retainUntil > now;
}

ApiError locked() {
  return accessRefused("Access Denied because object protected by object lock.");
}

int64_t numberOf(const Document& document, std::string_view name) {
  const Document* found = document.find(name);
  const auto* number = found == nullptr ? nullptr : found->as<int64_t>();
  return number == nullptr ? 0 : *number;
}

// Rule.DefaultRetention of the bucket's configuration.
void applyDefault(const Document& configuration, StoredAttributes& attributes, Timestamp now) {
  const Document* rule = configuration.find("Rule");
  const Document* retention = rule == nullptr ? nullptr : rule->find("DefaultRetention");
  const Document* mode = retention == nullptr ? nullptr : retention->find("Mode");
  if (mode == nullptr || mode->as<std::string>() == nullptr) return;
  int64_t days = numberOf(*retention, "Days") + kDaysPerYear * numberOf(*retention, "Years");
  attributes.lockMode = *mode->as<std::string>();
  attributes.retainUntil = Timestamp{now.millis + days * kDayMillis};
}

}  // namespace

Outcome<void> requireObjectLock(const BucketRecord& bucket) {
  if (bucket.objectLock) return {};
  return badRequest("Bucket is missing Object Lock Configuration");
}

Outcome<void> applyLock(Transaction& transaction, const BucketRecord& bucket,
                        StoredAttributes& attributes, Timestamp now) {
  bool hasMode = !attributes.lockMode.empty();
  if (hasMode != attributes.retainUntil.has_value()) {
    return invalidArgument(
        "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied",
        hasMode ? "x-amz-object-lock-retain-until-date" : "x-amz-object-lock-mode", {});
  }
  if (hasMode || attributes.legalHold) TRY(requireObjectLock(bucket));
  if (hasMode && !isRetained(attributes, now)) {
    return invalidArgument("The retain until date must be in the future!",
                           "x-amz-object-lock-retain-until-date",
                           formatIso8601(*attributes.retainUntil));
  }
  if (hasMode || !bucket.objectLock) return {};
  auto configuration = TRY(findConfiguration(transaction, bucket.id, kObjectLockConfiguration));
  if (configuration) applyDefault(*configuration, attributes, now);
  return {};
}

Outcome<void> checkUnlocked(const ObjectRecord& object, Timestamp now, bool bypass) {
  if (object.attributes.legalHold) return locked();
  if (!isRetained(object.attributes, now)) return {};
  if (bypass && object.attributes.lockMode == "GOVERNANCE") return {};
  return locked();
}

Outcome<void> checkRetentionChange(const StoredAttributes& before, std::string_view mode,
                                   std::optional<Timestamp> until, Timestamp now, bool bypass) {
  if (!isRetained(before, now)) return {};
  bool weaker = !until || *until < *before.retainUntil || mode != before.lockMode;
  if (before.lockMode == "GOVERNANCE" && mode == "COMPLIANCE" && until &&
      *until >= *before.retainUntil) {
    weaker = false;
  }
  if (!weaker || (bypass && before.lockMode == "GOVERNANCE")) return {};
  return locked();
}

}  // namespace millrace::s3
