#include "aws/model/generated/s3/delete_object_tagging.h"

#include "companions/s3/change_object.h"

namespace millrace::s3 {

Outcome<DeleteObjectTaggingOutput> deleteObjectTagging(Service& service,
                                                       DeleteObjectTaggingRequest& input,
                                                       RequestContext& context) {
  TRY(changeObject(service, input, context,
                   [&](Transaction&, const BucketRecord&, ObjectRecord& object) -> Outcome<void> {
                     object.attributes.tags.clear();
                     return {};
                   }));
  return DeleteObjectTaggingOutput();
}

}  // namespace millrace::s3
