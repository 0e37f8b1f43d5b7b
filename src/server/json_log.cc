#include "server/json_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <nlohmann/json.hpp>

#include "aws/model/timestamp.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warning", "error"};

class JsonLog final : public Log {
 public:
  JsonLog(Env& env, LogLevel level)
      : env_(env),
        level_(level),
        logger_("millrace", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_pattern("%v");
    logger_.set_level(spdlog::level::trace);
    logger_.flush_on(spdlog::level::trace);
  }

  void write(LogLevel level, std::string_view message, Fields fields) override {
    if (level < level_) return;
    Json line;
    line["time"] = formatIso8601(Timestamp::fromMicros(env_.clock().nowMicros()));
    line["level"] = kNames[static_cast<size_t>(level)];
    line["message"] = message;
    for (const LogField& field : fields) {
      std::visit([&](const auto& value) { line[std::string(field.name)] = value; }, field.value);
    }
    logger_.info("{}", line.dump(-1, ' ', false, Json::error_handler_t::replace));
  }

 private:
  Env& env_;
  LogLevel level_;
  spdlog::logger logger_;
};

}  // namespace

std::optional<LogLevel> logLevelOf(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<LogLevel>(i);
  }
  return {};
}

std::unique_ptr<Log> makeJsonLog(Env& env, LogLevel level) {
  return std::make_unique<JsonLog>(env, level);
}

}  // namespace millrace
