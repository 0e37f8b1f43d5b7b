// From the input of an upload to what is kept with the object, and from that to the headers of an
// answer. PutObject, CopyObject and CreateMultipartUpload have the same members; so have GetObject
// and HeadObject.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "companions/s3/api_errors.h"
#include "companions/s3/content/checksums.h"
#include "companions/s3/lookup.h"
#include "companions/s3/store/records.h"
#include "companions/s3/tags.h"

namespace millrace::s3 {

inline constexpr std::string_view kDefaultContentType = "binary/octet-stream";
inline constexpr std::string_view kDefaultEncryption = "AES256";

// MetadataTooLarge.
Outcome<void> checkMetadataSize(const StoredAttributes& attributes);

template <typename Input>
void copyHeaders(const Input& input, StoredAttributes& attributes) {
  auto& headers = attributes.headers;
  auto take = [&](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) headers[name] = *value;
  };
  take("content-type", input.contentType);
  take("cache-control", input.cacheControl);
  take("content-disposition", input.contentDisposition);
  take("content-language", input.contentLanguage);
  take("expires", input.expires);
  take("content-encoding", input.contentEncoding);
}

// How the object is kept: encryption, redirect, lock. Keys of the customer's own are refused, since
// nothing is encrypted with them here.
template <typename Input>
Outcome<void> copyStorageSettings(const Input& input, StoredAttributes& attributes) {
  if (input.sseCustomerAlgorithm || input.sseCustomerKey) {
    return notImplemented("x-amz-server-side-encryption-customer-algorithm");
  }
  auto& headers = attributes.headers;
  if (input.websiteRedirectLocation) {
    headers["x-amz-website-redirect-location"] = *input.websiteRedirectLocation;
  }
  if (input.serverSideEncryption) {
    headers["x-amz-server-side-encryption"] = *input.serverSideEncryption;
  }
  if (input.ssekmsKeyId) {
    headers["x-amz-server-side-encryption-aws-kms-key-id"] = *input.ssekmsKeyId;
  }
  if (input.bucketKeyEnabled.value_or(false)) {
    headers["x-amz-server-side-encryption-bucket-key-enabled"] = "true";
  }
  attributes.lockMode = input.objectLockMode.value_or("");
  attributes.retainUntil = input.objectLockRetainUntilDate;
  attributes.legalHold = input.objectLockLegalHoldStatus.value_or("") == "ON";
  return {};
}

template <typename Input>
Outcome<StoredAttributes> attributesOf(const Input& input) {
  StoredAttributes attributes;
  copyHeaders(input, attributes);
  if (input.metadata) attributes.metadata = *input.metadata;
  if (input.tagging) attributes.tags = TRY(parseTagHeader(*input.tagging));
  TRY(copyStorageSettings(input, attributes));
  TRY(checkMetadataSize(attributes));
  return attributes;
}

// The members about encryption, which answers to uploads have as well.
template <typename Output>
void describeEncryption(const StoredAttributes& attributes, Output& output) {
  auto value = [&](const char* name) -> std::optional<std::string> {
    auto found = attributes.headers.find(name);
    if (found == attributes.headers.end()) return {};
    return found->second;
  };
  output.serverSideEncryption =
      value("x-amz-server-side-encryption").value_or(std::string(kDefaultEncryption));
  output.ssekmsKeyId = value("x-amz-server-side-encryption-aws-kms-key-id");
  if (value("x-amz-server-side-encryption-bucket-key-enabled")) output.bucketKeyEnabled = true;
}

template <typename Output>
void describeLock(const StoredAttributes& attributes, Output& output) {
  if (!attributes.lockMode.empty()) output.objectLockMode = attributes.lockMode;
  output.objectLockRetainUntilDate = attributes.retainUntil;
  if (attributes.legalHold) output.objectLockLegalHoldStatus = "ON";
}

// Everything that an answer says of an object but its content, range and checksum.
template <typename Output>
void describeObject(const BucketRecord& bucket, const ObjectRecord& object, Output& output) {
  const StoredAttributes& attributes = object.attributes;
  auto give = [&](const char* name, std::optional<std::string>& member) {
    auto found = attributes.headers.find(name);
    if (found != attributes.headers.end()) member = found->second;
  };
  output.acceptRanges = "bytes";
  output.lastModified = object.modified;
  output.eTag = "\"" + object.etag + "\"";
  setVersion(output, bucket, object);
  output.contentType = std::string(kDefaultContentType);
  give("content-type", output.contentType);
  give("cache-control", output.cacheControl);
  give("content-disposition", output.contentDisposition);
  give("content-encoding", output.contentEncoding);
  give("content-language", output.contentLanguage);
  give("expires", output.expires);
  give("x-amz-website-redirect-location", output.websiteRedirectLocation);
  if (!attributes.metadata.empty()) output.metadata = attributes.metadata;
  if (object.storageClass != kStandardClass) output.storageClass = object.storageClass;
  if (!attributes.tags.empty()) output.tagCount = static_cast<int32_t>(attributes.tags.size());
  describeEncryption(attributes, output);
  describeLock(attributes, output);
}

}  // namespace millrace::s3
