#include "aws/model/generated/s3/get_bucket_acl.h"

#include "companions/s3/acl.h"
#include "companions/s3/listing_names.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<GetBucketAclOutput> getBucketAcl(Service& service, GetBucketAclRequest& input,
                                         RequestContext& context) {
  context.xmlRootName = "AccessControlPolicy";
  return service.store().read([&](Transaction& transaction) -> Outcome<GetBucketAclOutput> {
    auto bucket = TRY(bucketOf(transaction, input));
    auto stored = TRY(findConfiguration(transaction, bucket.id, kAclConfiguration));
    GetBucketAclOutput output;
    output.owner = ownerOf(bucket.account);
    output.grants = ownersGrants(bucket.account);
    if (stored) {
      output.grants->clear();
      readDocument(*stored, *output.grants);
    }
    return output;
  });
}

}  // namespace millrace::s3
