#include "aws/model/generated/s3/get_object_retention.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/change_object.h"
#include "companions/s3/object_lock.h"

namespace millrace::s3 {

Outcome<GetObjectRetentionOutput> getObjectRetention(Service& service,
                                                     GetObjectRetentionRequest& input,
                                                     RequestContext& context) {
  BucketRecord bucket;
  ObjectRecord object = TRY(readAttributes(service, input, context, &bucket));
  TRY(requireObjectLock(bucket));
  if (object.attributes.lockMode.empty()) {
    return ApiError("NoSuchObjectLockConfiguration", 404,
                    "The specified object does not have a ObjectLock configuration");
  }
  GetObjectRetentionOutput output;
  auto& retention = output.retention.emplace();
  retention.mode = object.attributes.lockMode;
  retention.retainUntilDate = object.attributes.retainUntil;
  return output;
}

}  // namespace millrace::s3
