#include "aws/model/generated/s3/put_bucket_replication.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<PutBucketReplicationResponse> putBucketReplication(Service& service,
                                                           PutBucketReplicationRequest& input,
                                                           RequestContext&) {
  TRY(storeConfiguration(service, input, "replication", input.replicationConfiguration));
  return PutBucketReplicationResponse();
}

}  // namespace millrace::s3
