#include "aws/model/generated/s3/get_object_lock_configuration.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/lookup.h"
#include "companions/s3/object_lock.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<GetObjectLockConfigurationOutput> getObjectLockConfiguration(
    Service& service, GetObjectLockConfigurationRequest& input, RequestContext&) {
  auto read = [&](Transaction& transaction) -> Outcome<GetObjectLockConfigurationOutput> {
    auto bucket = TRY(bucketOf(transaction, input));
    if (!bucket.objectLock) {
      return noConfiguration("ObjectLockConfigurationNotFoundError",
                             "Object Lock configuration does not exist for this bucket",
                             input.bucket);
    }
    auto stored = TRY(findConfiguration(transaction, bucket.id, kObjectLockConfiguration));
    GetObjectLockConfigurationOutput output;
    auto& configuration = output.objectLockConfiguration.emplace();
    configuration.objectLockEnabled = "Enabled";
    if (stored) readDocument(*stored, configuration);
    return output;
  };
  return service.store().read(read);
}

}  // namespace millrace::s3
