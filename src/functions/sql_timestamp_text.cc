#include "functions/sql_timestamp_text.h"

#include "types/datetime.h"

namespace millrace {

namespace {

// Reads up to `most` digits, at least `least`.
bool readDigits(std::string_view& text, size_t least, size_t most, int64_t& value) {
  size_t count = 0;
  value = 0;
  for (; count < most && count < text.size() && text[count] >= '0' && text[count] <= '9'; ++count) {
    value = value * 10 + (text[count] - '0');
  }
  text.remove_prefix(count);
  return count >= least;
}

bool accept(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

bool readDate(std::string_view& text, int64_t& days) {
  int64_t year, month, day;
  bool read = readDigits(text, 4, 4, year) && accept(text, '-') && readDigits(text, 1, 2, month) &&
              accept(text, '-') && readDigits(text, 1, 2, day);
  if (!read || month < 1 || month > 12 || day < 1 || day > 31) return false;
  days = daysOfCivil({static_cast<int32_t>(year), static_cast<int32_t>(month), 1}) + day - 1;
  return true;
}

bool readTime(std::string_view text, int64_t& seconds, int64_t& nanos) {
  constexpr size_t kMostDigits = 9;
  int64_t hour, minute, second;
  bool read = readDigits(text, 1, kMostDigits, hour) && accept(text, ':') &&
              readDigits(text, 1, kMostDigits, minute) && accept(text, ':') &&
              readDigits(text, 1, kMostDigits, second);
  if (!read) return false;
  seconds = (hour * 60 + minute) * 60 + second;
  nanos = 0;
  if (text.empty()) return true;
  if (!accept(text, '.')) return false;
  size_t size = text.size();
  if (!readDigits(text, 1, kMostDigits, nanos) || !text.empty()) return false;
  for (; size < kMostDigits; ++size) nanos *= 10;
  return true;
}

}  // namespace

std::optional<NanoTimestamp> parseSqlTimestamp(std::string_view text) {
  auto isBlank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
  int64_t days = 0, seconds = 0, nanos = 0;
  if (!readDate(text, days)) return std::nullopt;
  if (!text.empty() && (!accept(text, ' ') || !readTime(text, seconds, nanos))) return std::nullopt;
  int64_t millis = days * kMillisPerDay + seconds * 1000 + nanos / 1'000'000;
  return NanoTimestamp{millis, static_cast<int32_t>(nanos % 1'000'000), 0};
}

}  // namespace millrace
