#include "aws/model/generated/s3/get_object_tagging.h"

#include "companions/s3/change_object.h"
#include "companions/s3/tags.h"

namespace millrace::s3 {

Outcome<GetObjectTaggingOutput> getObjectTagging(Service& service, GetObjectTaggingRequest& input,
                                                 RequestContext& context) {
  ObjectRecord object = TRY(readAttributes(service, input, context));
  context.xmlRootName = "Tagging";
  GetObjectTaggingOutput output;
  output.tagSet = tagsOf(object.attributes.tags);
  return output;
}

}  // namespace millrace::s3
