// Timestamp: a moment as AWS's APIs have it, and its spellings.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace {

struct Timestamp {
  int64_t millis = 0;  // since 1970-01-01 UTC

  static Timestamp fromMicros(int64_t micros) { return {micros / 1000}; }
  auto operator<=>(const Timestamp&) const = default;
};

enum class TimestampFormat : uint8_t {
  kDefault,        // the protocol's
  kUnixTimestamp,  // seconds, with a fraction where needed
  kIso8601,        // 2026-01-31T10:20:30.123Z, without the fraction when it is 0
  kRfc822,         // Sat, 31 Jan 2026 10:20:30 GMT
};

std::string formatIso8601(Timestamp time);
std::string formatRfc822(Timestamp time);
std::optional<Timestamp> parseIso8601(std::string_view text);  // also with an offset
std::optional<Timestamp> parseRfc822(std::string_view text);

}  // namespace millrace
