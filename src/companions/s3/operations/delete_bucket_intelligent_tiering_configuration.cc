#include "aws/model/generated/s3/delete_bucket_intelligent_tiering_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketIntelligentTieringConfigurationResponse>
deleteBucketIntelligentTieringConfiguration(
    Service& service, DeleteBucketIntelligentTieringConfigurationRequest& input, RequestContext&) {
  bool existed = TRY(dropConfiguration(service, input, "intelligent-tiering", input.id));
  if (!existed) return noSuchConfiguration(input.bucket);
  return DeleteBucketIntelligentTieringConfigurationResponse();
}

}  // namespace millrace::s3
