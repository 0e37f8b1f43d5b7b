// What GetObject and HeadObject have in common: which version, whether at all, and which bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "companions/s3/content/conditions.h"
#include "companions/s3/content/object_attributes.h"
#include "companions/s3/content/range.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

struct ReadRequest {
  std::string bucket;
  std::string key;
  std::optional<std::string> expectedOwner;
  std::optional<std::string> version;
  std::optional<std::string> range;
  std::optional<int32_t> partNumber;
  Conditions conditions;
};

template <typename Input>
ReadRequest readRequestOf(const Input& input) {
  return {input.bucket, input.key,        input.expectedBucketOwner, input.versionId,
          input.range,  input.partNumber, conditionsOf(input)};
}

struct Selected {
  std::shared_ptr<FileLease> lease;
  BucketRecord bucket;
  ObjectRecord object;
  std::vector<PartRecord> parts;
  std::optional<ByteRange> range;  // of a part of the object; the answer is 206 then
  std::optional<PartRecord> part;  // that was asked for by number
};

// Sets the status and the headers that errors carry.
Outcome<Selected> selectObject(Service& service, const ReadRequest& request,
                               RequestContext& context);

// Fills in what both answers have.
template <typename Input, typename Output>
void describeSelected(const Selected& selected, const Input& input, Output& output) {
  const ObjectRecord& object = selected.object;
  describeObject(selected.bucket, object, output);
  output.contentLength = static_cast<int64_t>(object.size);
  if (selected.range) {
    output.contentLength = static_cast<int64_t>(selected.range->length());
    output.contentRange = "bytes " + std::to_string(selected.range->first) + "-" +
                          std::to_string(selected.range->last) + "/" + std::to_string(object.size);
  }
  if (selected.part && object.numParts > 0) output.partsCount = object.numParts;
  bool wantsChecksum = input.checksumMode.value_or("") == "ENABLED";
  if (wantsChecksum && selected.part && object.checksum) {
    StoredChecksum ofPart = *object.checksum;
    ofPart.value = selected.part->checksum;
    setChecksum(output, ofPart);
  } else if (wantsChecksum && !selected.range) {
    setChecksum(output, object.checksum);
  }
  auto replace = [](std::optional<std::string>& member, const std::optional<std::string>& value) {
    if (value) member = value;
  };
  replace(output.contentType, input.responseContentType);
  replace(output.cacheControl, input.responseCacheControl);
  replace(output.contentDisposition, input.responseContentDisposition);
  replace(output.contentEncoding, input.responseContentEncoding);
  replace(output.contentLanguage, input.responseContentLanguage);
  if (input.responseExpires) output.expires = formatRfc822(*input.responseExpires);
}

}  // namespace millrace::s3
