#include "aws/model/generated/s3/put_bucket_request_payment.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketRequestPaymentResponse> putBucketRequestPayment(
    Service& service, PutBucketRequestPaymentRequest& input, RequestContext&) {
  TRY(storeConfiguration(service, input, "request-payment", input.requestPaymentConfiguration));
  return PutBucketRequestPaymentResponse();
}

}  // namespace millrace::s3
