#include "companions/s3/bucket_defaults.h"

#include "aws/model/generated/s3/shapes/ownership_controls.h"
#include "aws/model/generated/s3/shapes/public_access_block_configuration.h"
#include "companions/s3/acl.h"

namespace millrace::s3 {

Status putDefaults(Transaction& transaction, int64_t bucket, std::string_view ownership) {
  OwnershipControls controls;
  controls.rules.emplace_back().objectOwnership = std::string(ownership);
  TRY(putConfiguration(transaction, bucket, kOwnershipConfiguration, writeDocument(controls)));
  PublicAccessBlockConfiguration block;
  block.blockPublicAcls = block.ignorePublicAcls = true;
  block.blockPublicPolicy = block.restrictPublicBuckets = true;
  return putConfiguration(transaction, bucket, kPublicAccessConfiguration, writeDocument(block));
}

}  // namespace millrace::s3
