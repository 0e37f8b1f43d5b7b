#include "aws/model/generated/s3/delete_bucket.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<DeleteBucketResponse> deleteBucket(Service& service, DeleteBucketRequest& input,
                                           RequestContext&) {
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    if (TRY(hasObjects(transaction, bucket.id))) {
      std::string message = "The bucket you tried to delete is not empty";
      if (bucket.hasVersions()) message += ". You must delete all versions in the bucket.";
      return ApiError("BucketNotEmpty", 409, std::move(message)).with("BucketName", bucket.name);
    }
    TRY(eraseBucket(transaction, bucket.id));
    return {};
  }));
  return DeleteBucketResponse();
}

}  // namespace millrace::s3
