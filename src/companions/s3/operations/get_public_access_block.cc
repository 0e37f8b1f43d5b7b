#include "aws/model/generated/s3/get_public_access_block.h"

#include "companions/s3/bucket_defaults.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetPublicAccessBlockOutput> getPublicAccessBlock(Service& service,
                                                         GetPublicAccessBlockRequest& input,
                                                         RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, kPublicAccessConfiguration));
  if (!stored) {
    return noConfiguration("NoSuchPublicAccessBlockConfiguration",
                           "The public access block configuration was not found", input.bucket);
  }
  GetPublicAccessBlockOutput output;
  readDocument(*stored, output.publicAccessBlockConfiguration.emplace());
  return output;
}

}  // namespace millrace::s3
