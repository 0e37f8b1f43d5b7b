#include "aws/model/generated/s3/get_bucket_intelligent_tiering_configuration.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketIntelligentTieringConfigurationOutput> getBucketIntelligentTieringConfiguration(
    Service& service, GetBucketIntelligentTieringConfigurationRequest& input, RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, "intelligent-tiering", input.id));
  if (!stored) return noSuchConfiguration(input.bucket);
  GetBucketIntelligentTieringConfigurationOutput output;
  readDocument(*stored, output.intelligentTieringConfiguration.emplace());
  return output;
}

}  // namespace millrace::s3
