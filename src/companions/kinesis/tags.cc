#include "companions/kinesis/tags.h"

#include <fmt/format.h>
#include <strings.h>

#include <algorithm>
#include <string_view>

#include "aws/model/generated/kinesis/errors.h"

namespace millrace::kinesis {

namespace {

constexpr size_t kMaxTags = 50;

bool isTagCharacter(char character) {
  bool letterOrDigit = (character >= 'a' && character <= 'z') ||
                       (character >= 'A' && character <= 'Z') ||
                       (character >= '0' && character <= '9');
  constexpr std::string_view kSigns = " _.:/=+-@";
  // Letters beyond ASCII are several bytes, all of them negative.
  return letterOrDigit || character < 0 || kSigns.find(character) != std::string_view::npos;
}

Outcome<void> checkCharacters(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), isTagCharacter)) return {};
  return invalidArgumentException(
      "Some tags contain invalid characters. Valid characters: Unicode letters, digits, white "
      "space, _ . / = + - % @.");
}

Outcome<void> checkNotReserved(std::string_view key) {
  constexpr std::string_view kReserved = "aws:";
  if (key.size() < kReserved.size() ||
      ::strncasecmp(key.data(), kReserved.data(), kReserved.size()) != 0) {
    return {};
  }
  return invalidArgumentException(
      fmt::format("Tag key '{}' begins with 'aws:', which is reserved for AWS.", key));
}

}  // namespace

Outcome<void> addTags(StreamDefinition& stream, const std::map<std::string, std::string>& tags) {
  for (const auto& [key, value] : tags) {
    TRY(checkCharacters(key));
    TRY(checkCharacters(value));
    TRY(checkNotReserved(key));
    stream.tags[key] = value;
  }
  if (stream.tags.size() <= kMaxTags) return {};
  return invalidArgumentException(
      fmt::format("Failed to add tags to stream {} under account {} because a given stream cannot "
                  "have more than {} tags associated with it.",
                  stream.key.name, stream.key.account, kMaxTags));
}

Outcome<void> removeTags(StreamDefinition& stream, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    TRY(checkCharacters(key));
    stream.tags.erase(key);
  }
  return {};
}

}  // namespace millrace::kinesis
