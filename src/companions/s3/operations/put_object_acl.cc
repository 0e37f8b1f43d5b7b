#include "aws/model/generated/s3/put_object_acl.h"

#include "companions/s3/acl.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/change_object.h"

namespace millrace::s3 {

Outcome<PutObjectAclOutput> putObjectAcl(Service& service, PutObjectAclRequest& input,
                                         RequestContext& context) {
  AclHeaders headers = bucketAclHeaders(input);
  auto change = [&](Transaction& transaction, const BucketRecord& bucket,
                    ObjectRecord& object) -> Outcome<void> {
    if (headers.any()) {
      object.attributes.grants = TRY(checkedGrants(transaction, bucket, headers));
      return {};
    }
    if (!input.accessControlPolicy) return malformedXml();
    auto grants = input.accessControlPolicy->grants.value_or(std::vector<Grant>());
    TRY(checkAclAllowed(transaction, bucket, grants));
    object.attributes.grants = grantsToJson(grants);
    return {};
  };
  TRY(changeObject(service, input, context, change));
  return PutObjectAclOutput();
}

}  // namespace millrace::s3
