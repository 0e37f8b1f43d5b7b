// The source of CopyObject and UploadPartCopy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "companions/s3/content/conditions.h"
#include "companions/s3/lookup.h"
#include "companions/s3/service.h"

namespace millrace::s3 {

struct CopySource {
  std::string bucket;
  std::string key;
  std::optional<std::string> version;
};

// x-amz-copy-source: "bucket/key?versionId=...", percent-encoded, maybe with a '/' in front.
Outcome<CopySource> parseCopySource(std::string_view header);

struct SourceObject {
  std::shared_ptr<FileLease> lease;
  BucketRecord bucket;
  ObjectRecord object;
  std::vector<PartRecord> parts;
};

template <typename Input>
Conditions copyConditionsOf(const Input& input) {
  return {input.copySourceIfMatch, input.copySourceIfNoneMatch, input.copySourceIfModifiedSince,
          input.copySourceIfUnmodifiedSince};
}

// Authorises the reading, finds the object and checks the conditions.
Outcome<SourceObject> openSource(Service& service, const CopySource& source,
                                 const std::optional<std::string>& expectedOwner,
                                 const Conditions& conditions, RequestContext& context);

}  // namespace millrace::s3
