// Deleting a key: a version goes, or a delete marker comes, as the bucket's versioning says.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "aws/server/request_context.h"
#include "companions/s3/lookup.h"
#include "companions/s3/store/store.h"

namespace millrace::s3 {

struct Deletion {
  std::string key;
  std::optional<std::string> version;
  bool bypassGovernance = false;
  std::optional<std::string> ifMatch;
};

struct Deleted {
  bool marker = false;                 // a delete marker was made or removed
  std::optional<std::string> version;  // of the marker, or of the version that was asked for
};

// What is not there counts as deleted.
Outcome<Deleted> deleteKey(Transaction& transaction, const BucketRecord& bucket,
                           const Deletion& deletion, RequestContext& context);

}  // namespace millrace::s3
