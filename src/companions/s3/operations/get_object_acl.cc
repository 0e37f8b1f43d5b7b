#include "aws/model/generated/s3/get_object_acl.h"

#include "companions/s3/acl.h"
#include "companions/s3/change_object.h"
#include "companions/s3/listing_names.h"

namespace millrace::s3 {

Outcome<GetObjectAclOutput> getObjectAcl(Service& service, GetObjectAclRequest& input,
                                         RequestContext& context) {
  BucketRecord bucket;
  ObjectRecord object = TRY(readAttributes(service, input, context, &bucket));
  context.xmlRootName = "AccessControlPolicy";
  GetObjectAclOutput output;
  output.owner = ownerOf(bucket.account);
  output.grants = TRY(grantsFromJson(object.attributes.grants, bucket.account));
  return output;
}

}  // namespace millrace::s3
