#include "companions/s3/deletion.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/content/conditions.h"
#include "companions/s3/identifiers.h"
#include "companions/s3/object_lock.h"

namespace millrace::s3 {

namespace {

Outcome<void> checkCondition(const Deletion& deletion, const std::optional<ObjectRecord>& object) {
  if (!deletion.ifMatch) return {};
  bool there = object && !object->deleteMarker;
  if (there && matchesTag(*deletion.ifMatch, object->etag)) return {};
  return preconditionFailed("If-Match");
}

Outcome<Deleted> deleteVersion(Transaction& transaction, const BucketRecord& bucket,
                               const Deletion& deletion, const RequestContext& context) {
  TRY(checkVersionId(*deletion.version));
  auto object = TRY(findVersion(transaction, bucket.id, deletion.key, *deletion.version));
  TRY(checkCondition(deletion, object));
  Deleted deleted;
  deleted.version = deletion.version;
  if (!object) return deleted;
  TRY(checkUnlocked(*object, context.now(), deletion.bypassGovernance));
  TRY(eraseVersion(transaction, bucket.id, *object));
  deleted.marker = object->deleteMarker;
  return deleted;
}

}  // namespace

Outcome<Deleted> deleteKey(Transaction& transaction, const BucketRecord& bucket,
                           const Deletion& deletion, RequestContext& context) {
  if (deletion.version) return deleteVersion(transaction, bucket, deletion, context);
  auto current = TRY(findCurrent(transaction, bucket.id, deletion.key));
  TRY(checkCondition(deletion, current));
  if (!bucket.hasVersions()) {
    if (current) TRY(eraseVersion(transaction, bucket.id, *current));
    return Deleted();
  }
  ObjectRecord marker;
  marker.key = deletion.key;
  marker.deleteMarker = true;
  marker.modified = context.now();
  if (bucket.keepsVersions()) marker.version = newVersionId(context.env.random());
  TRY(putVersion(transaction, bucket.id, marker, {}));
  return Deleted{true, marker.version};
}

}  // namespace millrace::s3
