#include "aws/model/generated/s3/put_object_legal_hold.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/change_object.h"
#include "companions/s3/object_lock.h"

namespace millrace::s3 {

Outcome<PutObjectLegalHoldOutput> putObjectLegalHold(Service& service,
                                                     PutObjectLegalHoldRequest& input,
                                                     RequestContext& context) {
  if (!input.legalHold || !input.legalHold->status) return malformedXml();
  auto change = [&](Transaction&, const BucketRecord& bucket,
                    ObjectRecord& object) -> Outcome<void> {
    TRY(requireObjectLock(bucket));
    object.attributes.legalHold = *input.legalHold->status == "ON";
    return {};
  };
  TRY(changeObject(service, input, context, change));
  return PutObjectLegalHoldOutput();
}

}  // namespace millrace::s3
