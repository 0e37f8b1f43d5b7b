#include "aws/model/generated/s3/get_bucket_replication.h"

#include "companions/s3/configuration.h"

namespace millrace::s3 {

Outcome<GetBucketReplicationOutput> getBucketReplication(Service& service,
                                                         GetBucketReplicationRequest& input,
                                                         RequestContext&) {
  auto stored = TRY(storedConfiguration(service, input, "replication"));
  if (!stored) {
    return noConfiguration("ReplicationConfigurationNotFoundError",
                           "The replication configuration was not found", input.bucket);
  }
  GetBucketReplicationOutput output;
  readDocument(*stored, output.replicationConfiguration.emplace());
  return output;
}

}  // namespace millrace::s3
