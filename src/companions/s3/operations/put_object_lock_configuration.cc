#include "aws/model/generated/s3/put_object_lock_configuration.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/lookup.h"
#include "companions/s3/object_lock.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

namespace {

// Either days or years, and a mode.
bool isValid(const ObjectLockConfiguration& configuration) {
  if (configuration.objectLockEnabled.value_or("") != "Enabled") return false;
  if (!configuration.rule) return true;
  const auto& retention = configuration.rule->defaultRetention;
  if (!retention || !retention->mode) return false;
  if (retention->days.has_value() == retention->years.has_value()) return false;
  return retention->days.value_or(1) > 0 && retention->years.value_or(1) > 0;
}

}  // namespace

Outcome<PutObjectLockConfigurationOutput> putObjectLockConfiguration(
    Service& service, PutObjectLockConfigurationRequest& input, RequestContext&) {
  if (!input.objectLockConfiguration || !isValid(*input.objectLockConfiguration)) {
    return malformedXml();
  }
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    if (!bucket.keepsVersions()) {
      return ApiError("InvalidBucketState", 409,
                      "Versioning must be 'Enabled' on the bucket to apply a Object Lock "
                      "configuration");
    }
    TRY(enableObjectLock(transaction, bucket.id));
    TRY(putConfiguration(transaction, bucket.id, kObjectLockConfiguration,
                         writeDocument(*input.objectLockConfiguration)));
    return {};
  }));
  return PutObjectLockConfigurationOutput();
}

}  // namespace millrace::s3
