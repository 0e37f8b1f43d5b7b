#include "companions/s3/lookup.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/identifiers.h"

namespace millrace::s3 {

Outcome<BucketRecord> requireBucket(Transaction& transaction, std::string_view name,
                                    const std::optional<std::string>& expectedOwner) {
  auto bucket = TRY(findBucket(transaction, name));
  if (!bucket) return bucketNotFound(name);
  if (expectedOwner && *expectedOwner != bucket->account) return accessRefused();
  return *std::move(bucket);
}

Outcome<ObjectRecord> requireObject(Transaction& transaction, const BucketRecord& bucket,
                                    std::string_view key, const std::optional<std::string>& version,
                                    HttpHeaders& responseHeaders) {
  if (version) TRY(checkVersionId(*version));
  auto object = TRY(version ? findVersion(transaction, bucket.id, key, *version)
                            : findCurrent(transaction, bucket.id, key));
  if (!object && version) return versionNotFound(key, *version);
  if (!object) return keyNotFound(key);
  if (!object->deleteMarker) return *std::move(object);
  responseHeaders.set("x-amz-delete-marker", "true");
  responseHeaders.set("x-amz-version-id", object->version);
  if (!version) return keyNotFound(key);
  responseHeaders.set("Allow", "DELETE");
  responseHeaders.set("Last-Modified", formatRfc822(object->modified));
  return methodNotAllowed("GET", "DeleteMarker");
}

}  // namespace millrace::s3
