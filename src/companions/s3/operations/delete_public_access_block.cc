#include "aws/model/generated/s3/delete_public_access_block.h"

#include "companions/s3/bucket_defaults.h"
#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeletePublicAccessBlockResponse> deletePublicAccessBlock(
    Service& service, DeletePublicAccessBlockRequest& input, RequestContext&) {
  TRY(dropConfiguration(service, input, kPublicAccessConfiguration));
  return DeletePublicAccessBlockResponse();
}

}  // namespace millrace::s3
