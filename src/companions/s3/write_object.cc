#include "companions/s3/write_object.h"

#include "aws/model/base64.h"
#include "companions/s3/content/conditions.h"
#include "companions/s3/content/hex.h"
#include "companions/s3/identifiers.h"
#include "companions/s3/object_lock.h"

namespace millrace::s3 {

Outcome<void> checkWrite(Transaction& transaction, const BucketRecord& bucket,
                         const std::string& key, const WriteConditions& conditions) {
  if (!conditions.ifMatch && !conditions.ifNoneMatch) return {};
  auto current = TRY(findCurrent(transaction, bucket.id, key));
  std::optional<std::string> etag;
  if (current && !current->deleteMarker) etag = current->etag;
  return checkWriteConditions(conditions.ifMatch, conditions.ifNoneMatch, etag, key);
}

Outcome<ObjectRecord> commitObject(Transaction& transaction, const BucketRecord& bucket,
                                   ObjectRecord object, const std::vector<PartRecord>& parts,
                                   const WriteConditions& conditions, RequestContext& context) {
  TRY(checkWrite(transaction, bucket, object.key, conditions));
  TRY(applyLock(transaction, bucket, object.attributes, context.now()));
  object.modified = context.now();
  object.version =
      bucket.keepsVersions() ? newVersionId(context.env.random()) : std::string(kNullVersion);
  object.id = TRY(putVersion(transaction, bucket.id, object, parts));
  return object;
}

void setContent(ObjectRecord& object, const Received& received, ChecksumAlgorithm algorithm) {
  object.size = received.size;
  object.etag = toHex(received.md5);
  object.checksum = {algorithm, false, base64Encode(received.checksums.at(algorithm))};
}

std::vector<PartRecord> partsOf(const ObjectRecord& object, const Received& received) {
  if (received.size == 0) return {};
  PartRecord part;
  part.file = received.fileId();
  part.size = received.size;
  part.etag = object.etag;
  part.checksum = object.checksum->value;
  return {part};
}

}  // namespace millrace::s3
