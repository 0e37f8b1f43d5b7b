#include "aws/model/generated/s3/delete_bucket_website.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketWebsiteResponse> deleteBucketWebsite(Service& service,
                                                         DeleteBucketWebsiteRequest& input,
                                                         RequestContext&) {
  TRY(dropConfiguration(service, input, "website"));
  return DeleteBucketWebsiteResponse();
}

}  // namespace millrace::s3
