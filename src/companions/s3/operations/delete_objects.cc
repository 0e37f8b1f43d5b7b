#include "aws/model/generated/s3/delete_objects.h"

#include "companions/s3/api_errors.h"
#include "companions/s3/deletion.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

namespace {

constexpr size_t kMaxKeys = 1000;

Deletion deletionOf(const ObjectIdentifier& object, const DeleteObjectsRequest& input) {
  return {object.key, object.versionId, input.bypassGovernanceRetention.value_or(false),
          object.eTag};
}

Outcome<void> authorize(const Deletion& deletion, const std::string& bucket,
                        RequestContext& context) {
  return context.authorize({deletion.version ? "s3:DeleteObjectVersion" : "s3:DeleteObject",
                            {"arn:aws:s3:::" + bucket + "/" + deletion.key},
                            {}});
}

DeletedObject entryOf(const Deletion& deletion, const Deleted& deleted) {
  DeletedObject entry;
  entry.key = deletion.key;
  entry.versionId = deletion.version;
  if (deleted.marker) {
    entry.deleteMarker = true;
    entry.deleteMarkerVersionId = deleted.version;
  }
  return entry;
}

Error errorOf(const Deletion& deletion, const ApiError& error) {
  Error entry;
  entry.key = deletion.key;
  entry.versionId = deletion.version;
  // The authorizer does not know how S3 calls it.
  entry.code = error.code() == "AccessDeniedException" ? "AccessDenied" : error.code();
  entry.message = error.message();
  return entry;
}

}  // namespace

Outcome<DeleteObjectsOutput> deleteObjects(Service& service, DeleteObjectsRequest& input,
                                           RequestContext& context) {
  const auto& objects = input.delete_.objects;
  if (objects.empty() || objects.size() > kMaxKeys) return malformedXml();
  std::vector<DeletedObject> deletedObjects;
  std::vector<Error> errors;
  std::vector<Deletion> allowed;
  for (const ObjectIdentifier& object : objects) {
    Deletion deletion = deletionOf(object, input);
    Outcome<void> authorized = authorize(deletion, input.bucket, context);
    if (authorized.ok()) {
      allowed.push_back(std::move(deletion));
    } else {
      errors.push_back(errorOf(deletion, authorized.error()));
    }
  }
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    for (const Deletion& deletion : allowed) {
      Outcome<Deleted> deleted = deleteKey(transaction, bucket, deletion, context);
      if (deleted.ok()) {
        deletedObjects.push_back(entryOf(deletion, deleted.value()));
      } else if (deleted.error().status() >= 500) {
        return std::move(deleted).error();
      } else {
        errors.push_back(errorOf(deletion, deleted.error()));
      }
    }
    return {};
  }));
  context.xmlRootName = "DeleteResult";
  DeleteObjectsOutput output;
  if (!input.delete_.quiet.value_or(false)) output.deleted = std::move(deletedObjects);
  if (!errors.empty()) output.errors = std::move(errors);
  return output;
}

}  // namespace millrace::s3
