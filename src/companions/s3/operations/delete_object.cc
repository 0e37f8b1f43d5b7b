#include "aws/model/generated/s3/delete_object.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/deletion.h"
#include "companions/s3/names.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

Outcome<DeleteObjectOutput> deleteObject(Service& service, DeleteObjectRequest& input,
                                         RequestContext& context) {
  TRY(checkKey(input.key));
  // Conditions that directory buckets alone have.
  if (input.ifMatchLastModifiedTime) return notImplemented("x-amz-if-match-last-modified-time");
  if (input.ifMatchSize) return notImplemented("x-amz-if-match-size");
  Deletion deletion{input.key, input.versionId, input.bypassGovernanceRetention.value_or(false),
                    input.ifMatch};
  Deleted deleted = TRY(service.store().write([&](Transaction& transaction) -> Outcome<Deleted> {
    auto bucket = TRY(bucketOf(transaction, input));
    return deleteKey(transaction, bucket, deletion, context);
  }));
  DeleteObjectOutput output;
  if (deleted.marker) output.deleteMarker = true;
  output.versionId = deleted.version;
  return output;
}

}  // namespace millrace::s3
