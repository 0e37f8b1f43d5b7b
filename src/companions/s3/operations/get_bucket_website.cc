#include "aws/model/generated/s3/get_bucket_website.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketWebsiteOutput> getBucketWebsite(Service& service, GetBucketWebsiteRequest& input,
                                                 RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, "website"));
  if (!stored) {
    return noConfiguration("NoSuchWebsiteConfiguration",
                           "The specified bucket does not have a website configuration",
                           input.bucket);
  }
  context.xmlRootName = "WebsiteConfiguration";
  GetBucketWebsiteOutput output;
  readDocument(*stored, output);
  return output;
}

}  // namespace millrace::s3
