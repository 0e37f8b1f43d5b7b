#include "aws/model/generated/s3/put_bucket_acl.h"

#include "companions/s3/acl.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<PutBucketAclResponse> putBucketAcl(Service& service, PutBucketAclRequest& input,
                                           RequestContext&) {
  AclHeaders headers = bucketAclHeaders(input);
  if (!headers.any() && !input.accessControlPolicy) return malformedXml();
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    std::vector<Grant> grants;
    if (headers.any()) {
      grants = TRY(grantsOf(headers, bucket.account));
    } else {
      grants = input.accessControlPolicy->grants.value_or(std::vector<Grant>());
    }
    TRY(checkAclAllowed(transaction, bucket, grants));
    TRY(putConfiguration(transaction, bucket.id, kAclConfiguration,
                         ::millrace::writeDocument(grants)));
    return {};
  }));
  return PutBucketAclResponse();
}

}  // namespace millrace::s3
