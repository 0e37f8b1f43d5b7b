#include "companions/s3/tags.h"

#include <fmt/format.h>

#include <set>

#include "companions/s3/api_errors.h"
#include "http/url.h"

namespace millrace::s3 {

namespace {

constexpr size_t kMaxKeyCharacters = 128;
constexpr size_t kMaxValueCharacters = 256;

size_t numCharacters(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

ApiError invalidTag(std::string message) { return ApiError("InvalidTag", 400, std::move(message)); }

}  // namespace

Outcome<TagPairs> parseTagHeader(std::string_view header) {
  TagPairs tags;
  for (auto& [name, value] : parseQuery(header)) {
    if (name.empty()) {
      return invalidArgument(
          "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query "
          "parameters without tag name duplicates.",
          "x-amz-tagging", header);
    }
    tags.emplace_back(std::move(name), std::move(value));
  }
  return checkedTags(std::move(tags), kMaxObjectTags);
}

Outcome<TagPairs> checkedTags(TagPairs tags, size_t limit) {
  if (tags.size() > limit) {
    return ApiError("BadRequest", 400,
                    limit == kMaxObjectTags
                        ? fmt::format("Object tags cannot be greater than {}", limit)
                        : fmt::format("Bucket tag count cannot be greater than {}", limit));
  }
  std::set<std::string_view> keys;
  for (const auto& [key, value] : tags) {
    if (key.empty() || numCharacters(key) > kMaxKeyCharacters) {
      return invalidTag("The TagKey you have provided is invalid").with("TagKey", key);
    }
    if (numCharacters(value) > kMaxValueCharacters) {
      return invalidTag("The TagValue you have provided is invalid")
          .with("TagKey", key)
          .with("TagValue", value);
    }
    if (key.starts_with("aws:")) {
      return invalidTag("System tags cannot be added/updated by requester").with("TagKey", key);
    }
    if (!keys.insert(key).second) {
      return invalidTag("Cannot provide multiple Tags with the same key").with("TagKey", key);
    }
  }
  return tags;
}

TagPairs pairsOf(const std::vector<Tag>& tags) {
  TagPairs pairs;
  for (const Tag& tag : tags) pairs.emplace_back(tag.key, tag.value);
  return pairs;
}

std::vector<Tag> tagsOf(const TagPairs& pairs) {
  std::vector<Tag> tags;
  for (const auto& [key, value] : pairs) tags.push_back({key, value});
  return tags;
}

}  // namespace millrace::s3
