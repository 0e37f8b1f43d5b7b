// The walk over the objects of a bucket that both versions of ListObjects make.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "companions/s3/lookup.h"
#include "companions/s3/service.h"
#include "companions/s3/store/listing.h"

namespace millrace::s3 {

struct CurrentObjects {
  BucketRecord bucket;
  std::vector<ObjectRecord> objects;
  std::vector<std::string> commonPrefixes;
  bool truncated = false;
  std::string last;  // key or common prefix, where the next page goes on
};

// Those behind `marker`, or from the first.
Outcome<CurrentObjects> listCurrent(Service& service, std::string_view bucket,
                                    const std::optional<std::string>& expectedOwner,
                                    const KeyFilter& filter,
                                    const std::optional<std::string>& marker, int32_t limit);

}  // namespace millrace::s3
