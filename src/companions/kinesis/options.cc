#include "companions/kinesis/options.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>

namespace millrace::kinesis {

namespace {

template <typename Number>
bool parseNumber(const std::string& text, Number min, Number max, Number& value) {
  Number parsed{};
  const char* end = text.data() + text.size();
  auto [stopped, problem] = std::from_chars(text.data(), end, parsed);
  if (problem != std::errc() || stopped != end || !(parsed >= min && parsed <= max)) return false;
  value = parsed;
  return true;
}

struct Setting {
  std::string_view name;
  std::string_view expected;
  // False when the text does not fit.
  std::function<bool(const std::string& text, KinesisOptions& options)> apply;
};

bool applySync(const std::string& text, KinesisOptions& options) {
  if (text != "interval" && text != "always") return false;
  options.sync = text == "always" ? SyncPolicy::kAlways : SyncPolicy::kInterval;
  return true;
}

bool applyThrottling(const std::string& text, KinesisOptions& options) {
  if (text == "on" || text == "off") {
    options.throttling = text == "on" ? 1 : 0;
    return true;
  }
  return parseNumber(text, 0.0, 1e6, options.throttling);
}

bool applyCache(const std::string& text, KinesisOptions& options) {
  constexpr size_t kMaxMegabytes = 1 << 20;
  size_t megabytes = 0;
  if (!parseNumber(text, size_t{0}, kMaxMegabytes, megabytes)) return false;
  options.cacheBytes = megabytes << 20;
  return true;
}

template <typename Member>
auto numberSetting(Member member, int64_t min, int64_t max) {
  return [=](const std::string& text, KinesisOptions& options) {
    return parseNumber(text, min, max, options.*member);
  };
}

const std::vector<Setting>& knownSettings() {
  static const std::vector<Setting> kSettings = {
      {"fsync", "'interval' or 'always'", applySync},
      {"fsync-interval-ms", "a number from 1 to 3600000",
       numberSetting(&KinesisOptions::syncIntervalMillis, 1, 3'600'000)},
      {"throttling", "'on', 'off', or a factor", applyThrottling},
      {"transition-ms", "a number from 0 to 3600000",
       numberSetting(&KinesisOptions::transitionMillis, 0, 3'600'000)},
      {"shard-limit", "a number from 1 to 1000000",
       numberSetting(&KinesisOptions::shardLimit, 1, 1'000'000)},
      {"cache-mb", "a number of megabytes", applyCache},
  };
  return kSettings;
}

}  // namespace

Result<KinesisOptions> KinesisOptions::parse(const std::map<std::string, std::string>& settings) {
  KinesisOptions options;
  for (const auto& [name, text] : settings) {
    const Setting* known = nullptr;
    std::string names;
    for (const Setting& setting : knownSettings()) {
      if (setting.name == name) known = &setting;
      names += fmt::format("{}kinesis.{}", names.empty() ? "" : ", ", setting.name);
    }
    if (known == nullptr) {
      return Error(ErrorKind::kUnknownOption, fmt::format("'kinesis.{}'", name))
          .withHint(fmt::format("Known are {}.", names));
    }
    if (!known->apply(text, options)) {
      return Error(ErrorKind::kInvalidOption, fmt::format("'kinesis.{}' is '{}'", name, text))
          .withHint(fmt::format("Give {}.", known->expected));
    }
  }
  return options;
}

}  // namespace millrace::kinesis
