#include "control/observability/log_event.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace millrace {

namespace {

using OrderedJson = nlohmann::ordered_json;

// Escaped text may be six times as long.
constexpr size_t kMaxText = 32 << 10;

std::string_view messageTypeOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARN";
    case LogLevel::kError:
      return "ERROR";
  }
  return "INFO";
}

std::string cut(std::string_view text, size_t most) {
  if (text.size() <= most) return std::string(text);
  return fmt::format("{}... ({} more bytes)", text.substr(0, most), text.size() - most);
}

}  // namespace

bool passesLogLevel(LogLevel level, std::string_view configured) {
  LogLevel lowest = LogLevel::kInfo;
  if (configured == "DEBUG") lowest = LogLevel::kDebug;
  if (configured == "WARN") lowest = LogLevel::kWarning;
  if (configured == "ERROR") lowest = LogLevel::kError;
  return level >= lowest;
}

std::string logEventText(const TelemetrySource& source, const ApplicationLogRecord& record) {
  OrderedJson json;
  json["locationInformation"] = cut(record.locationInformation, kMaxText / 8);
  json["logger"] = record.logger;
  json["message"] = cut(record.message, kMaxText);
  if (!record.throwableInformation.empty()) {
    OrderedJson lines = OrderedJson::array();
    size_t left = kMaxText;
    for (const std::string& line : record.throwableInformation) {
      lines.push_back(cut(line, left));
      left -= std::min(left, line.size() + 1);
      if (left == 0) break;
    }
    json["throwableInformation"] = std::move(lines);
  }
  json["threadName"] = record.threadName;
  json["applicationARN"] = source.applicationArn;
  json["applicationVersionId"] = fmt::format("{}", source.versionId);
  json["messageSchemaVersion"] = "1";
  json["messageType"] = messageTypeOf(record.level);
  // Texts of user code need not be UTF-8.
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace millrace
