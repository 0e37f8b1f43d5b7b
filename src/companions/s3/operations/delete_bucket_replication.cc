#include "aws/model/generated/s3/delete_bucket_replication.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<DeleteBucketReplicationResponse> deleteBucketReplication(
    Service& service, DeleteBucketReplicationRequest& input, RequestContext&) {
  TRY(dropConfiguration(service, input, "replication"));
  return DeleteBucketReplicationResponse();
}

}  // namespace millrace::s3
