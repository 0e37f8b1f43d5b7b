#include "aws/model/generated/s3/put_bucket_tagging.h"

#include "companions/s3/bucket_defaults.h"
#include "companions/s3/configuration.h"
#include "companions/s3/tags.h"

namespace millrace::s3 {

Outcome<PutBucketTaggingResponse> putBucketTagging(Service& service, PutBucketTaggingRequest& input,
                                                   RequestContext& context) {
  TRY(checkedTags(pairsOf(input.tagging.tagSet), kMaxBucketTags));
  context.responseStatus = 204;
  TRY(storeConfiguration(service, input, kTaggingConfiguration, input.tagging));
  return PutBucketTaggingResponse();
}

}  // namespace millrace::s3
