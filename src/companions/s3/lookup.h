// What nearly every operation begins with: the bucket and the object that it names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/server/request_context.h"
#include "companions/s3/store/buckets.h"
#include "companions/s3/store/objects.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

// NoSuchBucket; AccessDenied when the owner is not the expected one.
Outcome<BucketRecord> requireBucket(Transaction& transaction, std::string_view name,
                                    const std::optional<std::string>& expectedOwner);

template <typename Input>
Outcome<BucketRecord> bucketOf(Transaction& transaction, const Input& input) {
  return requireBucket(transaction, input.bucket, input.expectedBucketOwner);
}

// The newest version, or the one that is asked for: NoSuchKey, NoSuchVersion. A delete marker is
// NoSuchKey (newest) or MethodNotAllowed (asked for), with the headers that say so.
Outcome<ObjectRecord> requireObject(Transaction& transaction, const BucketRecord& bucket,
                                    std::string_view key, const std::optional<std::string>& version,
                                    HttpHeaders& responseHeaders);

// Sets x-amz-version-id for buckets that have versions.
template <typename Output>
void setVersion(Output& output, const BucketRecord& bucket, const ObjectRecord& object) {
  if (bucket.hasVersions()) output.versionId = object.version;
}

}  // namespace millrace::s3
