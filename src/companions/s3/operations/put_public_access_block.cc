#include "aws/model/generated/s3/put_public_access_block.h"

#include "companions/s3/bucket_defaults.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutPublicAccessBlockResponse> putPublicAccessBlock(Service& service,
                                                           PutPublicAccessBlockRequest& input,
                                                           RequestContext&) {
  TRY(storeConfiguration(service, input, kPublicAccessConfiguration,
                         input.publicAccessBlockConfiguration));
  return PutPublicAccessBlockResponse();
}

}  // namespace millrace::s3
