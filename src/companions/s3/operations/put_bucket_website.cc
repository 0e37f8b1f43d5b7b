#include "aws/model/generated/s3/put_bucket_website.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketWebsiteResponse> putBucketWebsite(Service& service, PutBucketWebsiteRequest& input,
                                                   RequestContext&) {
  TRY(storeConfiguration(service, input, "website", input.websiteConfiguration));
  return PutBucketWebsiteResponse();
}

}  // namespace millrace::s3
