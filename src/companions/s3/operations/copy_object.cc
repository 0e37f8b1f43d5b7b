#include "aws/model/generated/s3/copy_object.h"

#include "companions/s3/acl.h"
#include "companions/s3/content/object_attributes.h"
#include "companions/s3/content/object_reader.h"
#include "companions/s3/copy_source.h"
#include "companions/s3/names.h"
#include "companions/s3/write_object.h"

namespace millrace::s3 {

namespace {

bool replaces(const std::optional<std::string>& directive) {
  return directive.value_or("COPY") == "REPLACE";
}

// Copying an object to itself must change something.
Outcome<void> checkSelfCopy(const CopyObjectRequest& input, const CopySource& source) {
  bool toItself = source.bucket == input.bucket && source.key == input.key && !source.version;
  bool changes = replaces(input.metadataDirective) || input.storageClass ||
                 input.websiteRedirectLocation || input.serverSideEncryption ||
                 input.checksumAlgorithm;
  if (!toItself || changes) return {};
  return badRequest(
      "This copy request is illegal because it is trying to copy an object to itself without "
      "changing the object's metadata, storage class, website redirect location or encryption "
      "attributes.");
}

// Headers, metadata and tags come from the source unless they are replaced; the rest never does.
Outcome<StoredAttributes> attributesOfCopy(const CopyObjectRequest& input,
                                           const StoredAttributes& source) {
  StoredAttributes attributes;
  if (replaces(input.metadataDirective)) {
    copyHeaders(input, attributes);
    if (input.metadata) attributes.metadata = *input.metadata;
    TRY(checkMetadataSize(attributes));
  } else {
    for (const auto& [name, value] : source.headers) {
      if (!name.starts_with("x-amz-")) attributes.headers[name] = value;
    }
    attributes.metadata = source.metadata;
  }
  TRY(copyStorageSettings(input, attributes));
  if (!replaces(input.taggingDirective)) {
    attributes.tags = source.tags;
  } else if (input.tagging) {
    attributes.tags = TRY(parseTagHeader(*input.tagging));
  }
  return attributes;
}

Outcome<ChecksumAlgorithm> algorithmOfCopy(const CopyObjectRequest& input,
                                           const ObjectRecord& source) {
  if (input.checksumAlgorithm) return algorithmNamed(*input.checksumAlgorithm);
  return source.checksum ? source.checksum->algorithm : ChecksumAlgorithm::kCrc64Nvme;
}

}  // namespace

Outcome<CopyObjectOutput> copyObject(Service& service, CopyObjectRequest& input,
                                     RequestContext& context) {
  TRY(checkKey(input.key));
  CopySource source = TRY(parseCopySource(input.copySource));
  TRY(checkSelfCopy(input, source));
  SourceObject opened = TRY(openSource(service, source, input.expectedSourceBucketOwner,
                                       copyConditionsOf(input), context));
  if (opened.object.size > kMaxUploadBytes) {
    return badRequest(
        "The specified copy source is larger than the maximum allowable size for a copy source: " +
        std::to_string(kMaxUploadBytes));
  }
  ObjectRecord object;
  object.key = input.key;
  object.attributes = TRY(attributesOfCopy(input, opened.object.attributes));
  if (input.storageClass) object.storageClass = *input.storageClass;
  ChecksumAlgorithm algorithm = TRY(algorithmOfCopy(input, opened.object));
  WriteConditions conditions{input.ifMatch, input.ifNoneMatch};
  TRY(service.store().read([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    object.attributes.grants = TRY(objectGrants(transaction, bucket, input));
    return checkWrite(transaction, bucket, object.key, conditions);
  }));

  DataFiles& files = service.store().files();
  BodyReaderPtr content = readObject(files, opened.lease, opened.parts);
  Received received = TRY(receive(files, content.get(), {}, {algorithm}));
  setContent(object, received, algorithm);
  CopyObjectOutput output;
  TRY(service.store().write([&](Transaction& transaction) -> Outcome<void> {
    auto bucket = TRY(bucketOf(transaction, input));
    auto parts = partsOf(object, received);
    object = TRY(commitObject(transaction, bucket, object, parts, conditions, context));
    setVersion(output, bucket, object);
    return {};
  }));
  received.keep();
  if (opened.bucket.hasVersions()) output.copySourceVersionId = opened.object.version;
  CopyObjectResult& result = output.copyObjectResult.emplace();
  result.eTag = "\"" + object.etag + "\"";
  result.lastModified = object.modified;
  setChecksum(result, object.checksum);
  describeEncryption(object.attributes, output);
  return output;
}

}  // namespace millrace::s3
