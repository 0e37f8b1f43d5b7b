// Tags of buckets and objects.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/model/generated/s3/shapes/tag.h"

namespace millrace::s3 {

using TagPairs = std::vector<std::pair<std::string, std::string>>;

inline constexpr size_t kMaxObjectTags = 10;
inline constexpr size_t kMaxBucketTags = 50;

// x-amz-tagging: "team=blue&stage=test".
Outcome<TagPairs> parseTagHeader(std::string_view header);
// Lengths, doubles, reserved keys (InvalidTag), number (BadRequest).
Outcome<TagPairs> checkedTags(TagPairs tags, size_t limit);

TagPairs pairsOf(const std::vector<Tag>& tags);
std::vector<Tag> tagsOf(const TagPairs& pairs);

}  // namespace millrace::s3
