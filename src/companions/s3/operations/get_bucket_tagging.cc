#include "aws/model/generated/s3/get_bucket_tagging.h"

#include "companions/s3/bucket_defaults.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketTaggingOutput> getBucketTagging(Service& service, GetBucketTaggingRequest& input,
                                                 RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, kTaggingConfiguration));
  if (!stored) {
    return noConfiguration("NoSuchTagSet", "The TagSet does not exist", input.bucket);
  }
  context.xmlRootName = "Tagging";
  GetBucketTaggingOutput output;
  readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
