// Java date and time patterns ("yyyy-MM-dd HH:mm:ss.SSS"), compiled once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "types/string_view.h"

namespace millrace {

// Immutable.
class DatePattern {
 public:
  // Java has two readers of patterns, and Flink uses both. kFormatter (DateTimeFormatter): the
  // whole text must fit, with as many digits as letters (one letter takes any number), a day behind
  // the end of its month becomes the last one, u is the year. kSimple (SimpleDateFormat): text
  // behind the last field is ignored, fields beyond their range carry over, u is the day of the
  // week (1 is Monday), S counts milliseconds.
  enum class Style : uint8_t { kFormatter, kSimple };

  // kInvalidArgument for malformed patterns, kUnsupported for letters we do not know.
  static Result<DatePattern> compile(std::string_view pattern, Style style = Style::kFormatter);

  // Texts of two times in the same unit of this many microseconds are equal; 1 when the pattern
  // shows fractions of a second.
  int64_t granularityMicros() const { return granularity_; }

  // Appends the text of a local time: microseconds since 1970-01-01 and the nanoseconds behind.
  void format(int64_t micros, int32_t nanosOfMicro, std::string& out) const;

  // Fields that the pattern lacks are those of 1970-01-01 00:00:00.
  std::optional<NanoTimestamp> parse(std::string_view text) const;

  // kFormatter.
  bool isStrict() const { return style_ == Style::kFormatter; }

 private:
  struct Element {
    char letter = 0;  // 0: literal text
    int count = 0;
    int least = 1, most = 9;  // digits that are read
    std::string literal;
  };
  struct Fields;

  static bool isNumeric(const Element& element);
  void setWidths();
  bool parseElement(const Element& element, std::string_view& text, Fields& fields) const;
  std::optional<NanoTimestamp> resolve(Fields fields) const;

  std::vector<Element> elements_;
  int64_t granularity_ = 1;
  Style style_ = Style::kFormatter;
};

}  // namespace millrace
