#include "aws/model/generated/s3/put_object_tagging.h"

#include "companions/s3/change_object.h"
#include "companions/s3/tags.h"

namespace millrace::s3 {

Outcome<PutObjectTaggingOutput> putObjectTagging(Service& service, PutObjectTaggingRequest& input,
                                                 RequestContext& context) {
  TagPairs tags = TRY(checkedTags(pairsOf(input.tagging.tagSet), kMaxObjectTags));
  TRY(changeObject(service, input, context,
                   [&](Transaction&, const BucketRecord&, ObjectRecord& object) -> Outcome<void> {
                     object.attributes.tags = tags;
                     return {};
                   }));
  return PutObjectTaggingOutput();
}

}  // namespace millrace::s3
