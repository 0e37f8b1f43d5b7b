#include "aws/model/timestamp.h"

#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <charconv>

namespace millrace {

namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr int64_t kMillisPerDay = 86'400'000;

struct Fields {
  int year, month, day, hour, minute, second, millis, weekday;
};

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

Fields fieldsOf(Timestamp time) {
  int64_t days = floorDivide(time.millis, kMillisPerDay);
  int64_t rest = time.millis - days * kMillisPerDay;
  date::sys_days day{date::days{static_cast<int>(days)}};
  date::year_month_day civil{day};
  Fields fields;
  fields.year = static_cast<int>(civil.year());
  fields.month = static_cast<int>(static_cast<unsigned>(civil.month()));
  fields.day = static_cast<int>(static_cast<unsigned>(civil.day()));
  fields.hour = static_cast<int>(rest / 3'600'000);
  fields.minute = static_cast<int>(rest / 60'000 % 60);
  fields.second = static_cast<int>(rest / 1000 % 60);
  fields.millis = static_cast<int>(rest % 1000);
  fields.weekday = static_cast<int>(date::weekday{day}.c_encoding());
  return fields;
}

std::optional<Timestamp> timestampOf(const Fields& fields, int64_t offsetMinutes) {
  date::year_month_day civil{date::year{fields.year},
                             date::month{static_cast<unsigned>(fields.month)},
                             date::day{static_cast<unsigned>(fields.day)}};
  if (!civil.ok() || fields.hour > 23 || fields.minute > 59 || fields.second > 60) return {};
  int64_t days = date::sys_days{civil}.time_since_epoch().count();
  int64_t minutes = fields.hour * int64_t{60} + fields.minute - offsetMinutes;
  return Timestamp{days * kMillisPerDay + minutes * 60'000 + fields.second * int64_t{1000} +
                   fields.millis};
}

// Reads a text from the front; `failed` stays set after the first mismatch.
struct Scanner {
  std::string_view rest;
  bool failed = false;

  int number(size_t digits) {
    int value = 0;
    auto [end, error] =
        std::from_chars(rest.data(), rest.data() + std::min(digits, rest.size()), value);
    if (error != std::errc() || end != rest.data() + digits || value < 0) {
      failed = true;
      return 0;
    }
    rest.remove_prefix(digits);
    return value;
  }
  bool accept(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  void expect(char c) { failed |= !accept(c); }
  bool digit() const { return !rest.empty() && rest[0] >= '0' && rest[0] <= '9'; }
};

int scanFraction(Scanner& scanner) {
  int millis = 0;
  int scale = 100;
  if (!scanner.digit()) scanner.failed = true;
  while (scanner.digit()) {
    millis += (scanner.rest[0] - '0') * scale;
    scale /= 10;
    scanner.rest.remove_prefix(1);
  }
  return millis;
}

int64_t scanOffset(Scanner& scanner) {
  if (scanner.accept('Z') || scanner.accept('z') || scanner.rest.empty()) return 0;
  int64_t sign = scanner.accept('-') ? -1 : 1;
  if (sign > 0) scanner.expect('+');
  int64_t minutes = scanner.number(2) * int64_t{60};
  scanner.accept(':');
  return sign * (minutes + scanner.number(2));
}

}  // namespace

std::string formatIso8601(Timestamp time) {
  Fields f = fieldsOf(time);
  std::string text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", f.year, f.month, f.day,
                                 f.hour, f.minute, f.second);
  if (f.millis != 0) text += fmt::format(".{:03}", f.millis);
  return text + 'Z';
}

std::string formatRfc822(Timestamp time) {
  Fields f = fieldsOf(time);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[f.weekday], f.day,
                     kMonths[f.month - 1], f.year, f.hour, f.minute, f.second);
}

std::optional<Timestamp> parseIso8601(std::string_view text) {
  Scanner scanner{text};
  Fields fields{};
  fields.year = scanner.number(4);
  bool extended = scanner.accept('-');
  fields.month = scanner.number(2);
  if (extended) scanner.expect('-');
  fields.day = scanner.number(2);
  int64_t offset = 0;
  if (!scanner.failed && !scanner.rest.empty()) {
    if (!scanner.accept('T') && !scanner.accept('t')) scanner.expect(' ');
    fields.hour = scanner.number(2);
    if (extended) scanner.expect(':');
    fields.minute = scanner.number(2);
    if (scanner.digit() || scanner.accept(':')) fields.second = scanner.number(2);
    if (scanner.accept('.')) fields.millis = scanFraction(scanner);
    offset = scanOffset(scanner);
  }
  if (scanner.failed || !scanner.rest.empty()) return {};
  return timestampOf(fields, offset);
}

std::optional<Timestamp> parseRfc822(std::string_view text) {
  Scanner scanner{text};
  size_t comma = text.find(", ");
  if (comma != std::string_view::npos) scanner.rest.remove_prefix(comma + 2);
  Fields fields{};
  fields.day = scanner.number(2);
  scanner.expect(' ');
  std::string_view name = scanner.rest.substr(0, 3);
  for (size_t i = 0; i < kMonths.size(); ++i) {
    if (kMonths[i] == name) fields.month = static_cast<int>(i) + 1;
  }
  scanner.rest.remove_prefix(name.size());
  scanner.expect(' ');
  fields.year = scanner.number(4);
  scanner.expect(' ');
  fields.hour = scanner.number(2);
  scanner.expect(':');
  fields.minute = scanner.number(2);
  scanner.expect(':');
  fields.second = scanner.number(2);
  if (scanner.failed ||
      (scanner.rest != " GMT" && scanner.rest != " UTC" && scanner.rest != " +0000")) {
    return {};
  }
  return timestampOf(fields, 0);
}

}  // namespace millrace
