#include "aws/model/generated/s3/get_bucket_request_payment.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketRequestPaymentOutput> getBucketRequestPayment(
    Service& service, GetBucketRequestPaymentRequest& input, RequestContext& context) {
  auto stored = TRY(storedConfiguration(service, input, "request-payment"));
  context.xmlRootName = "RequestPaymentConfiguration";
  GetBucketRequestPaymentOutput output;
  if (stored) {
    readDocument(*stored, output);
  } else {
    output.payer = "BucketOwner";
  }
  return output;
}

}  // namespace millrace::s3
