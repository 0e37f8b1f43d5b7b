#include "aws/model/generated/s3/get_bucket_versioning.h"

#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<GetBucketVersioningOutput> getBucketVersioning(Service& service,
                                                       GetBucketVersioningRequest& input,
                                                       RequestContext& context) {
  context.xmlRootName = "VersioningConfiguration";
  return service.store().read([&](Transaction& transaction) -> Outcome<GetBucketVersioningOutput> {
    auto bucket = TRY(bucketOf(transaction, input));
    GetBucketVersioningOutput output;
    if (bucket.hasVersions()) output.status = bucket.versioning;
    return output;
  });
}

}  // namespace millrace::s3
