// Changing what stands beside an object's content: tags, grants, lock.
#pragma once

#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

// Calls change(transaction, bucket, object), which returns an Outcome<void>, and keeps the object's
// attributes after it. Sets the version of the output where the operation has one.
template <typename Input, typename Change>
Outcome<ObjectRecord> changeObject(Service& service, const Input& input, RequestContext& context,
                                   const Change& change) {
  return service.store().write([&](Transaction& transaction) -> Outcome<ObjectRecord> {
    auto bucket = TRY(bucketOf(transaction, input));
    ObjectRecord object = TRY(
        requireObject(transaction, bucket, input.key, input.versionId, context.responseHeaders));
    TRY(change(transaction, bucket, object));
    TRY(updateAttributes(transaction, object.id, object.attributes));
    if (bucket.hasVersions()) context.responseHeaders.set("x-amz-version-id", object.version);
    return object;
  });
}

// The same for reading.
template <typename Input>
Outcome<ObjectRecord> readAttributes(Service& service, const Input& input, RequestContext& context,
                                     BucketRecord* bucketOut = nullptr) {
  return service.store().read([&](Transaction& transaction) -> Outcome<ObjectRecord> {
    auto bucket = TRY(bucketOf(transaction, input));
    ObjectRecord object = TRY(
        requireObject(transaction, bucket, input.key, input.versionId, context.responseHeaders));
    if (bucket.hasVersions()) context.responseHeaders.set("x-amz-version-id", object.version);
    if (bucketOut != nullptr) *bucketOut = std::move(bucket);
    return object;
  });
}

}  // namespace millrace::s3
