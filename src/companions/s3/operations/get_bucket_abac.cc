#include "aws/model/generated/s3/get_bucket_abac.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketAbacOutput> getBucketAbac(Service& service, GetBucketAbacRequest& input,
                                           RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, "abac"));
  GetBucketAbacOutput output;
  if (stored) {
    readDocument(*stored, output.abacStatus.emplace());
  } else {
    output.abacStatus.emplace().status = "Disabled";
  }
  return output;
}

}  // namespace millrace::s3
