#include "aws/model/generated/s3/get_object_legal_hold.h"

#include "companions/s3/change_object.h"
#include "companions/s3/object_lock.h"

namespace millrace::s3 {

Outcome<GetObjectLegalHoldOutput> getObjectLegalHold(Service& service,
                                                     GetObjectLegalHoldRequest& input,
                                                     RequestContext& context) {
  BucketRecord bucket;
  ObjectRecord object = TRY(readAttributes(service, input, context, &bucket));
  TRY(requireObjectLock(bucket));
  GetObjectLegalHoldOutput output;
  output.legalHold.emplace().status = object.attributes.legalHold ? "ON" : "OFF";
  return output;
}

}  // namespace millrace::s3
