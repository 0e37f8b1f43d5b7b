#include "aws/signature/signing_time.h"

#include "aws/model/timestamp.h"

namespace millrace {

std::string signingTime(int64_t micros) {
  Timestamp seconds{micros / 1'000'000 * 1000};
  std::string text = formatIso8601(seconds);
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::optional<int64_t> parseSigningTime(std::string_view text) {
  constexpr size_t kLength = 16;
  if (text.size() != kLength || text[8] != 'T' || text[15] != 'Z') return {};
  std::optional<Timestamp> time = parseIso8601(text);
  if (!time) return {};
  return time->millis * 1000;
}

}  // namespace millrace
