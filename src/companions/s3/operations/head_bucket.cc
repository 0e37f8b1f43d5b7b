#include "aws/model/generated/s3/head_bucket.h"

#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<HeadBucketOutput> headBucket(Service& service, HeadBucketRequest& input, RequestContext&) {
  return service.store().read([&](Transaction& transaction) -> Outcome<HeadBucketOutput> {
    auto bucket = TRY(bucketOf(transaction, input));
    HeadBucketOutput output;
    output.bucketRegion = bucket.region;
    output.bucketArn = "arn:aws:s3:::" + bucket.name;
    output.accessPointAlias = false;
    return output;
  });
}

}  // namespace millrace::s3
