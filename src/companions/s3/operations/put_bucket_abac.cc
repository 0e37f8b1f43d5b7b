#include "aws/model/generated/s3/put_bucket_abac.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketAbacResponse> putBucketAbac(Service& service, PutBucketAbacRequest& input,
                                             RequestContext&) {
  TRY(storeConfiguration(service, input, "abac", input.abacStatus));
  return PutBucketAbacResponse();
}

}  // namespace millrace::s3
