#include "companions/logs/tokens.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <charconv>

#include "aws/model/base64.h"

namespace millrace::logs {

namespace {

constexpr size_t kTimeDigits = 19;
constexpr size_t kSequenceDigits = 19;
constexpr size_t kStreamDigits = 18;
constexpr size_t kIdDigits = kTimeDigits + kSequenceDigits + kStreamDigits;
constexpr size_t kChecksumDigits = 16;

std::optional<int64_t> digits(std::string_view text) {
  int64_t number = 0;
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = problem == std::errc() && end == text.data() + text.size() && number >= 0;
  return whole ? std::optional(number) : std::nullopt;
}

std::string checksum(std::string_view content) {
  return fmt::format("{:016x}", XXH3_64bits(content.data(), content.size()));
}

}  // namespace

std::string eventId(const EventPosition& position, int64_t stream) {
  return fmt::format("{:019}{:019}{:018}", position.timeMillis, position.sequence, stream);
}

std::string encodeEventToken(const EventToken& token) {
  return fmt::format("{}/{}/s", token.forward ? 'f' : 'b', eventId(token.position, token.stream));
}

std::optional<EventToken> decodeEventToken(std::string_view text) {
  bool framed = text.size() == kIdDigits + 4 && (text[0] == 'f' || text[0] == 'b') &&
                text[1] == '/' && text.ends_with("/s");
  if (!framed) return {};
  std::string_view id = text.substr(2, kIdDigits);
  std::optional<int64_t> time = digits(id.substr(0, kTimeDigits));
  std::optional<int64_t> sequence = digits(id.substr(kTimeDigits, kSequenceDigits));
  std::optional<int64_t> stream = digits(id.substr(kTimeDigits + kSequenceDigits));
  if (!time || !sequence || !stream) return {};
  return EventToken{{*time, *sequence}, *stream, text[0] == 'f'};
}

std::string encodePageToken(std::string_view content) {
  return base64Encode(checksum(content) + std::string(content));
}

std::optional<std::string> decodePageToken(std::string_view text) {
  std::optional<std::string> decoded = base64Decode(text);
  if (!decoded || decoded->size() < kChecksumDigits) return {};
  std::string content = decoded->substr(kChecksumDigits);
  if (decoded->substr(0, kChecksumDigits) != checksum(content)) return {};
  return content;
}

}  // namespace millrace::logs
