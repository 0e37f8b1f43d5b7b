// The configurations that a new bucket has without being asked, and the names under which
// configurations are kept.
#pragma once

#include <cstdint>
#include <string_view>

#include "aws/model/generated/s3/shapes/bucket_versioning_status.h"
#include "aws/model/generated/s3/shapes/object_ownership.h"
#include "aws/model/generated/s3/shapes/tagging.h"
#include "companions/s3/store/buckets.h"

namespace millrace::s3 {

inline constexpr std::string_view kTaggingConfiguration = "tagging";
inline constexpr std::string_view kPublicAccessConfiguration = "public-access-block";

// Ownership, and no public access at all.
Status putDefaults(Transaction& transaction, int64_t bucket, std::string_view ownership);

}  // namespace millrace::s3
