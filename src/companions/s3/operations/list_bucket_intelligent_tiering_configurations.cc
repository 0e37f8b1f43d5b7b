#include "aws/model/generated/s3/list_bucket_intelligent_tiering_configurations.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<ListBucketIntelligentTieringConfigurationsOutput>
listBucketIntelligentTieringConfigurations(Service& service,
                                           ListBucketIntelligentTieringConfigurationsRequest& input,
                                           RequestContext& context) {
  auto page =
      TRY(listStored<IntelligentTieringConfiguration>(service, input, "intelligent-tiering"));
  context.xmlRootName = "ListBucketIntelligentTieringConfigurationsResult";
  ListBucketIntelligentTieringConfigurationsOutput output;
  output.isTruncated = page.next.has_value();
  output.continuationToken = input.continuationToken;
  output.nextContinuationToken = page.next;
  if (!page.entries.empty()) output.intelligentTieringConfigurationList = std::move(page.entries);
  return output;
}

}  // namespace millrace::s3
