#include "aws/protocol/text_values.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "aws/model/base64.h"

namespace millrace {

namespace {

ApiError wrongText(const MemberModel& member, std::string_view text, std::string_view wanted,
                   std::string_view code) {
  constexpr size_t kShown = 64;
  return ApiError(std::string(code), 400,
                  fmt::format("The value '{}' of '{}' is not {}", text.substr(0, kShown),
                              member.wireName(), wanted));
}

std::optional<int64_t> parseInteger(std::string_view text) {
  int64_t value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

std::optional<double> parseReal(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<double>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

TimestampFormat formatOf(const MemberModel& member, TimestampFormat fallback) {
  if (member.timestampFormat != TimestampFormat::kDefault) return member.timestampFormat;
  if (member.shape->timestampFormat != TimestampFormat::kDefault) {
    return member.shape->timestampFormat;
  }
  return fallback;
}

std::optional<Timestamp> parseTimestamp(std::string_view text, TimestampFormat format) {
  // Clients differ: whatever can be told apart is taken.
  if (format != TimestampFormat::kUnixTimestamp) {
    if (std::optional<Timestamp> time = parseIso8601(text)) return time;
    if (std::optional<Timestamp> time = parseRfc822(text)) return time;
  }
  std::optional<double> seconds = parseReal(text);
  constexpr double kLimit = 1e13;
  if (!seconds || !(std::fabs(*seconds) < kLimit)) return {};
  return Timestamp{static_cast<int64_t>(std::llround(*seconds * 1000))};
}

std::string unixText(Timestamp time) {
  if (time.millis % 1000 == 0) return fmt::format("{}", time.millis / 1000);
  return fmt::format("{}", static_cast<double>(time.millis) / 1000);
}

}  // namespace

Outcome<Document> decodeText(const MemberModel& member, std::string_view text,
                             TimestampFormat format, std::string_view errorCode) {
  switch (member.shape->type) {
    case ShapeType::kBoolean:
      if (text == "true" || text == "True" || text == "1") return Document(true);
      if (text == "false" || text == "False" || text == "0") return Document(false);
      return wrongText(member, text, "a boolean", errorCode);
    case ShapeType::kInteger:
    case ShapeType::kLong: {
      std::optional<int64_t> value = parseInteger(text);
      bool fits = value && (member.shape->type == ShapeType::kLong ||
                            (*value >= std::numeric_limits<int32_t>::min() &&
                             *value <= std::numeric_limits<int32_t>::max()));
      if (!fits) return wrongText(member, text, "an integer", errorCode);
      return Document(*value);
    }
    case ShapeType::kFloat:
    case ShapeType::kDouble: {
      std::optional<double> value = parseReal(text);
      if (!value) return wrongText(member, text, "a number", errorCode);
      return Document(*value);
    }
    case ShapeType::kTimestamp: {
      std::optional<Timestamp> time = parseTimestamp(text, formatOf(member, format));
      if (!time) return wrongText(member, text, "a timestamp", errorCode);
      return Document(*time);
    }
    case ShapeType::kBlob: {
      std::optional<std::string> bytes = base64Decode(text);
      if (!bytes) return wrongText(member, text, "base64", errorCode);
      return Document(Blob{std::move(*bytes)});
    }
    default:
      return Document(text);
  }
}

std::string encodeText(const MemberModel& member, const Document& value, TimestampFormat format) {
  if (const auto* text = value.as<std::string>()) return *text;
  if (const auto* flag = value.as<bool>()) return *flag ? "true" : "false";
  if (const auto* number = value.as<int64_t>()) return fmt::format("{}", *number);
  if (const auto* real = value.as<double>()) {
    if (std::isnan(*real)) return "NaN";
    if (std::isinf(*real)) return *real > 0 ? "Infinity" : "-Infinity";
    return fmt::format("{}", *real);
  }
  if (const auto* blob = value.as<Blob>()) return base64Encode(blob->bytes);
  const auto* time = value.as<Timestamp>();
  if (time == nullptr) return {};
  switch (formatOf(member, format)) {
    case TimestampFormat::kUnixTimestamp:
      return unixText(*time);
    case TimestampFormat::kRfc822:
      return formatRfc822(*time);
    default:
      return formatIso8601(*time);
  }
}

}  // namespace millrace
