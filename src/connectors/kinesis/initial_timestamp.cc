#include "connectors/kinesis/initial_timestamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <optional>

namespace millrace {

namespace {

// The fields of a time while it is read; all of it is one pass over pattern and text.
class PatternReader {
 public:
  PatternReader(std::string_view text, std::string_view pattern) : text_(text), pattern_(pattern) {}

  std::optional<int64_t> read() {
    while (!pattern_.empty()) {
      char letter = pattern_[0];
      if (letter == '\'') {
        if (!readQuoted()) return std::nullopt;
      } else if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
        size_t count = std::min(pattern_.find_first_not_of(letter), pattern_.size());
        pattern_.remove_prefix(count);
        if (!readField(letter, count)) return std::nullopt;
      } else {
        pattern_.remove_prefix(1);
        if (!readLiteral(letter)) return std::nullopt;
      }
    }
    return millis();
  }

 private:
  bool readLiteral(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool readQuoted() {
    pattern_.remove_prefix(1);
    if (pattern_.starts_with('\'')) {
      pattern_.remove_prefix(1);
      return readLiteral('\'');
    }
    while (!pattern_.empty()) {
      char c = pattern_[0];
      pattern_.remove_prefix(1);
      if (c == '\'') {
        if (!pattern_.starts_with('\'')) return true;
        pattern_.remove_prefix(1);
      }
      if (!readLiteral(c)) return false;
    }
    return false;
  }

  // Digits stand next to other digits only where the pattern goes on with a field.
  bool readNumber(size_t width, int64_t& out) {
    bool adjacent = !pattern_.empty() && std::isalpha(static_cast<unsigned char>(pattern_[0])) &&
                    pattern_[0] != 'X' && pattern_[0] != 'Z';
    size_t most = adjacent ? width : text_.size();
    size_t size = 0;
    while (size < most && size < text_.size() && text_[size] >= '0' && text_[size] <= '9') ++size;
    auto [end, code] = std::from_chars(text_.data(), text_.data() + size, out);
    text_.remove_prefix(size);
    return size > 0 && code == std::errc();
  }

  bool readField(char letter, size_t count) {
    switch (letter) {
      case 'y':
        return readNumber(count, year_);
      case 'M':
        return readNumber(count, month_);
      case 'd':
        return readNumber(count, day_);
      case 'H':
        return readNumber(count, hour_);
      case 'm':
        return readNumber(count, minute_);
      case 's':
        return readNumber(count, second_);
      case 'S':
        return readNumber(count, milli_);
      case 'X':
      case 'Z':
        return readZone(letter, count);
      default:
        return false;
    }
  }

  bool readZone(char letter, size_t count) {
    if (letter == 'X' && text_.starts_with('Z')) {
      text_.remove_prefix(1);
      return true;
    }
    if (text_.empty() || (text_[0] != '+' && text_[0] != '-')) return false;
    int64_t sign = text_[0] == '-' ? -1 : 1;
    text_.remove_prefix(1);
    int64_t hours = 0;
    int64_t minutes = 0;
    if (!readTwoDigits(hours)) return false;
    if (letter == 'X' && count == 3 && !readLiteral(':')) return false;
    if (!(letter == 'X' && count == 1) && !readTwoDigits(minutes)) return false;
    offsetMinutes_ = sign * (hours * 60 + minutes);
    return true;
  }

  bool readTwoDigits(int64_t& out) {
    if (text_.size() < 2) return false;
    auto [end, code] = std::from_chars(text_.data(), text_.data() + 2, out);
    if (code != std::errc() || end != text_.data() + 2) return false;
    text_.remove_prefix(2);
    return true;
  }

  std::optional<int64_t> millis() const {
    if (year_ < 0 || year_ > 9999 || month_ < 1 || month_ > 12) return std::nullopt;
    using namespace std::chrono;
    // Days and smaller fields that are too large flow over, as in Java.
    sys_days first = std::chrono::year(static_cast<int>(year_)) / static_cast<int>(month_) / 1;
    int64_t days = first.time_since_epoch().count() + day_ - 1;
    int64_t minutes = (days * 24 + hour_) * 60 + minute_ - offsetMinutes_;
    return (minutes * 60 + second_) * 1000 + milli_;
  }

  std::string_view text_;
  std::string_view pattern_;
  int64_t year_ = 1970;
  int64_t month_ = 1;
  int64_t day_ = 1;
  int64_t hour_ = 0;
  int64_t minute_ = 0;
  int64_t second_ = 0;
  int64_t milli_ = 0;
  int64_t offsetMinutes_ = 0;
};

}  // namespace

Result<int64_t> parseInitialTimestamp(std::string_view text, std::string_view pattern) {
  if (std::optional<int64_t> millis = PatternReader(text, pattern).read()) return *millis;
  double seconds = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  bool isNumber = code == std::errc() && end == text.data() + text.size();
  if (isNumber && seconds >= 0 && seconds < 1e12) return static_cast<int64_t>(seconds * 1000);
  return Error(ErrorKind::kInvalidOption,
               fmt::format("'{}' is no initial timestamp of the format {}", text, pattern))
      .withHint(fmt::format("Must be a valid format: ('{}') or non-negative double value. For "
                            "example, 2016-04-04T19:58:46.480-00:00 or 1459799926.480 .",
                            pattern));
}

}  // namespace millrace
