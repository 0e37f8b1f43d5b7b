#include "aws/model/generated/s3/head_object.h"

#include "companions/s3/read_object.h"

namespace millrace::s3 {

Outcome<HeadObjectOutput> headObject(Service& service, HeadObjectRequest& input,
                                     RequestContext& context) {
  Selected selected = TRY(selectObject(service, readRequestOf(input), context));
  HeadObjectOutput output;
  describeSelected(selected, input, output);
  return output;
}

}  // namespace millrace::s3
