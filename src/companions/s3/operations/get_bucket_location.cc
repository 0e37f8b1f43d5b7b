#include "aws/model/generated/s3/get_bucket_location.h"

#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<GetBucketLocationOutput> getBucketLocation(Service& service,
                                                   GetBucketLocationRequest& input,
                                                   RequestContext& context) {
  // The answer is one element with the region as its text.
  context.xmlRootName = "LocationConstraint";
  return service.store().read([&](Transaction& transaction) -> Outcome<GetBucketLocationOutput> {
    auto bucket = TRY(bucketOf(transaction, input));
    GetBucketLocationOutput output;
    if (bucket.region != "us-east-1") output.locationConstraint = bucket.region;
    return output;
  });
}

}  // namespace millrace::s3
