#include "aws/model/generated/s3/put_bucket_versioning.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<PutBucketVersioningResponse> putBucketVersioning(Service& service,
                                                         PutBucketVersioningRequest& input,
                                                         RequestContext&) {
  const auto& status = input.versioningConfiguration.status;
  if (!status) {
    return ApiError("IllegalVersioningConfigurationException", 400,
                    "The Versioning element must be specified");
  }
  if (input.versioningConfiguration.mfaDelete.value_or("Disabled") == "Enabled") {
    return notImplemented("MfaDelete");
  }
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    if (bucket.objectLock && *status == "Suspended") {
      return ApiError("InvalidBucketState", 409,
                      "An Object Lock configuration is present on this bucket, so the versioning "
                      "state cannot be changed.");
    }
    TRY(setVersioning(transaction, bucket.id, *status));
    return {};
  }));
  return PutBucketVersioningResponse();
}

}  // namespace millrace::s3
