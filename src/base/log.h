// Log: what a service tells its operators, as events with named fields. Secrets have no place in
// it: whoever writes an event sees to that.
//
//   log.info("application started", {{"application", name}, {"attempt", attempt}});
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace millrace {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view name;
  std::variant<std::string, int64_t, double, bool> value;

  LogField(std::string_view fieldName, std::string text)
      : name(fieldName), value(std::move(text)) {}
  LogField(std::string_view fieldName, std::string_view text)
      : name(fieldName), value(std::string(text)) {}
  LogField(std::string_view fieldName, const char* text)
      : name(fieldName), value(std::string(text)) {}
  LogField(std::string_view fieldName, int64_t number) : name(fieldName), value(number) {}
  LogField(std::string_view fieldName, int number) : name(fieldName), value(int64_t{number}) {}
  LogField(std::string_view fieldName, double number) : name(fieldName), value(number) {}
  LogField(std::string_view fieldName, bool flag) : name(fieldName), value(flag) {}
};

// Thread-safe.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, Fields fields) = 0;

  void debug(std::string_view message, Fields fields = {}) {
    write(LogLevel::kDebug, message, fields);
  }
  void info(std::string_view message, Fields fields = {}) {
    write(LogLevel::kInfo, message, fields);
  }
  void warning(std::string_view message, Fields fields = {}) {
    write(LogLevel::kWarning, message, fields);
  }
  void error(std::string_view message, Fields fields = {}) {
    write(LogLevel::kError, message, fields);
  }
};

}  // namespace millrace
