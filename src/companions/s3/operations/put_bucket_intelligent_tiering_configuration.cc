#include "aws/model/generated/s3/put_bucket_intelligent_tiering_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketIntelligentTieringConfigurationResponse> putBucketIntelligentTieringConfiguration(
    Service& service, PutBucketIntelligentTieringConfigurationRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, "intelligent-tiering",
                         input.intelligentTieringConfiguration, input.id));
  return PutBucketIntelligentTieringConfigurationResponse();
}

}  // namespace millrace::s3
