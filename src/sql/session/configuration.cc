#include "sql/session/configuration.h"

#include <date/tz.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "base/close_matches.h"
#include "sql/session/secret_options.h"
#include "types/time_zone.h"

namespace millrace {

namespace {

constexpr std::string_view kFlinkKeys[] = {
#define MILLRACE_FLINK_KEY(key) key,
#include "sql/session/configuration_keys.def"
#undef MILLRACE_FLINK_KEY
};

// Older spellings of keys that mean something here.
struct Alias {
  std::string_view old;
  std::string_view key;
};
constexpr Alias kAliases[] = {
    {"state.checkpoints.dir", "execution.checkpointing.dir"},
    {"state.backend.fs.checkpointdir", "execution.checkpointing.dir"},
    {"state.checkpoints.num-retained", "execution.checkpointing.num-retained"},
    {"state.savepoints.dir", "execution.checkpointing.savepoint-dir"},
    {"savepoints.state.backend.fs.dir", "execution.checkpointing.savepoint-dir"},
    {"execution.checkpointing.checkpoints-after-tasks-finish.enabled",
     "execution.checkpointing.checkpoints-after-tasks-finish"},
    {"restart-strategy", "restart-strategy.type"},
    {"state.backend", "state.backend.type"},
    {"execution.savepoint.path", "execution.state-recovery.path"},
    {"execution.savepoint.ignore-unclaimed-state",
     "execution.state-recovery.ignore-unclaimed-state"},
    {"sql-client.display.max-column-width", "table.display.max-column-width"},
    // Flink reads each of them with three beginnings, and some in two spellings.
    {"s3a.endpoint", "s3.endpoint"},
    {"fs.s3a.endpoint", "s3.endpoint"},
    {"s3.endpoint.region", "s3.region"},
    {"s3a.endpoint.region", "s3.region"},
    {"fs.s3a.endpoint.region", "s3.region"},
    {"s3.access.key", "s3.access-key"},
    {"s3a.access-key", "s3.access-key"},
    {"s3a.access.key", "s3.access-key"},
    {"fs.s3a.access-key", "s3.access-key"},
    {"fs.s3a.access.key", "s3.access-key"},
    {"s3.secret.key", "s3.secret-key"},
    {"s3a.secret-key", "s3.secret-key"},
    {"s3a.secret.key", "s3.secret-key"},
    {"fs.s3a.secret-key", "s3.secret-key"},
    {"fs.s3a.secret.key", "s3.secret-key"},
    {"s3a.session.token", "s3.session.token"},
    {"fs.s3a.session.token", "s3.session.token"},
    {"s3.path-style-access", "s3.path.style.access"},
    {"s3a.path-style-access", "s3.path.style.access"},
    {"s3a.path.style.access", "s3.path.style.access"},
    {"fs.s3a.path-style-access", "s3.path.style.access"},
    {"fs.s3a.path.style.access", "s3.path.style.access"},
};

// The limits of integer keys; every other integer key takes what an int64 holds.
struct Range {
  std::string_view key;
  int64_t lowest;
  int64_t highest;
};
constexpr int64_t kMostSubtasks = 32768;
constexpr int64_t kMostInt = std::numeric_limits<int32_t>::max();
constexpr Range kRanges[] = {
    {"parallelism.default", 1, kMostSubtasks},
    {"pipeline.max-parallelism", -1, kMostSubtasks},
    {"table.exec.mini-batch.size", -1, std::numeric_limits<int64_t>::max()},
    {"table.optimizer.distinct-agg.split.bucket-num", 1, kMostInt},
    {"execution.checkpointing.num-retained", 1, kMostInt},
    {"execution.checkpointing.tolerable-failed-checkpoints", 0, kMostInt},
    {"execution.checkpointing.max-concurrent-checkpoints", 1, kMostInt},
    {"restart-strategy.fixed-delay.attempts", 0, kMostInt},
    {"restart-strategy.failure-rate.max-failures-per-interval", 1, kMostInt},
    {"restart-strategy.exponential-delay.attempts-before-reset-backoff", 1, kMostInt},
    {"table.display.max-column-width", 1, kMostInt},
    {"millrace.execution.batch-rows", 1, 65536},
    {"millrace.execution.threads", 0, 4096},
};

constexpr OptionType kText = OptionType::kString;
constexpr OptionType kFlag = OptionType::kBoolean;
constexpr OptionType kNumber = OptionType::kInteger;
constexpr OptionType kTime = OptionType::kDuration;

OptionSpec spec(const char* key, OptionType type, const char* value, const char* doc) {
  return OptionSpec{key, type, value, false, {}, doc};
}
OptionSpec choice(const char* key, std::vector<std::string> values, const char* doc) {
  std::string first = values[0];
  return OptionSpec{key, OptionType::kEnum, first, false, std::move(values), doc};
}

std::vector<OptionSpec> sessionSpecs() {
  return {
      choice("execution.runtime-mode", {"STREAMING", "BATCH", "AUTOMATIC"},
             "Only streaming is supported."),
      spec("table.dml-sync", kFlag, "false", "INSERT waits until its job has ended."),
      choice("sql-client.execution.result-mode", {"TABLEAU", "TABLE", "CHANGELOG"},
             "How the results of queries are shown."),
      spec("table.display.max-column-width", kNumber, "30",
           "Width of the columns of variable length in boxes."),
      spec("sql-client.display.print-time-cost", kFlag, "true",
           "Boxes of query results end with the time the query took."),
      spec("parallelism.default", kNumber, "1", "Parallel subtasks of each operator."),
      spec("pipeline.max-parallelism", kNumber, "-1",
           "Highest parallelism to which state can be restored; -1 derives it."),
      spec("pipeline.name", kText, "", "Name of the jobs."),
      spec("pipeline.auto-watermark-interval", kTime, "200 ms",
           "Time between watermarks; 0 sends one after every row that lifts it."),
      spec("table.local-time-zone", kText, "default",
           "Time zone of the session; 'default' is the machine's."),
      spec("table.exec.mini-batch.enabled", kFlag, "false",
           "Aggregations collect rows before they send results."),
      spec("table.exec.mini-batch.allow-latency", kTime, "0 ms",
           "How long a mini-batch may collect rows."),
      spec("table.exec.mini-batch.size", kNumber, "-1", "Rows of a mini-batch at most."),
      choice("table.optimizer.agg-phase-strategy", {"AUTO", "ONE_PHASE", "TWO_PHASE"},
             "Whether aggregations have a local phase before the exchange."),
      spec("table.optimizer.distinct-agg.split.enabled", kFlag, "false",
           "Splits DISTINCT aggregations over buckets."),
      spec("table.optimizer.distinct-agg.split.bucket-num", kNumber, "1024",
           "Buckets of a split DISTINCT aggregation."),
      spec("table.exec.source.idle-timeout", kTime, "0 ms",
           "After this time without rows a source no longer holds watermarks back; 0 never."),
      spec("table.exec.state.ttl", kTime, "0 ms",
           "State that was not changed for this time may be dropped; 0 keeps it."),
      choice("table.exec.sink.not-null-enforcer", {"ERROR", "DROP"},
             "What happens to a NULL for a NOT NULL column of a sink."),
      choice("table.exec.sink.type-length-enforcer", {"IGNORE", "TRIM_PAD"},
             "What happens to values longer or shorter than the type of a sink's column."),
      spec("state.backend.type", kText, "hashmap",
           "Where state is kept; only 'hashmap', which is memory, is supported."),
      spec("millrace.state.memory-budget", OptionType::kMemorySize, "",
           "A job whose state has that much takes a last checkpoint and fails; by default three "
           "quarters of the memory that the process may use."),
      spec("millrace.execution.batch-rows", kNumber, "4096", "Rows of a batch at most."),
      spec("millrace.execution.threads", kNumber, "0",
           "Worker threads of a job; 0 derives the number."),
  };
}

std::vector<OptionSpec> checkpointSpecs() {
  return {
      spec("execution.checkpointing.interval", kTime, "", "Time between checkpoints."),
      spec("execution.checkpointing.dir", kText, "", "Directory of the checkpoints."),
      spec("execution.checkpointing.num-retained", kNumber, "1", "Checkpoints to keep."),
      spec("execution.checkpointing.savepoint-dir", kText, "",
           "Directory of savepoints that name no place."),
      spec("execution.checkpointing.timeout", kTime, "10 min",
           "A checkpoint that takes longer has failed."),
      spec("execution.checkpointing.min-pause", kTime, "0 ms",
           "Time between the end of a checkpoint and the start of the next at least."),
      choice("execution.checkpointing.mode", {"EXACTLY_ONCE", "AT_LEAST_ONCE"},
             "Whether operators with several inputs wait for a checkpoint's barriers."),
      spec("execution.checkpointing.tolerable-failed-checkpoints", kNumber, "0",
           "Checkpoints that may fail in a row before the job does."),
      spec("execution.checkpointing.max-concurrent-checkpoints", kNumber, "1",
           "Checkpoints under way at a time; only 1 is supported."),
      choice("execution.checkpointing.externalized-checkpoint-retention",
             {"NO_EXTERNALIZED_CHECKPOINTS", "RETAIN_ON_CANCELLATION", "DELETE_ON_CANCELLATION"},
             "Whether the checkpoints stay when the job ends."),
      spec("execution.checkpointing.checkpoints-after-tasks-finish", kFlag, "true",
           "Checkpoints go on when some tasks have finished; only true is supported."),
      spec("execution.state-recovery.path", kText, "",
           "The checkpoint or savepoint that jobs start from."),
      spec("execution.state-recovery.ignore-unclaimed-state", kFlag, "false",
           "State that fits no operator is skipped."),
  };
}

std::vector<OptionSpec> restartSpecs() {
  return {
      OptionSpec{"restart-strategy.type",
                 OptionType::kEnum,
                 "",
                 false,
                 {"none", "off", "disable", "fixed-delay", "fixeddelay", "failure-rate",
                  "failurerate", "exponential-delay", "exponentialdelay"},
                 "What happens when a job fails; by default exponential-delay with checkpoints, "
                 "else none."},
      spec("restart-strategy.fixed-delay.attempts", kNumber, "1", "Restarts before a job fails."),
      spec("restart-strategy.fixed-delay.delay", kTime, "1 s", "Time before a restart."),
      spec("restart-strategy.failure-rate.max-failures-per-interval", kNumber, "1",
           "Failures in the interval before a job fails."),
      spec("restart-strategy.failure-rate.failure-rate-interval", kTime, "1 min",
           "The time in which failures are counted."),
      spec("restart-strategy.failure-rate.delay", kTime, "1 s", "Time before a restart."),
      spec("restart-strategy.exponential-delay.initial-backoff", kTime, "1 s",
           "Time before the first restart."),
      spec("restart-strategy.exponential-delay.max-backoff", kTime, "1 min",
           "Time before a restart at most."),
      spec("restart-strategy.exponential-delay.backoff-multiplier", OptionType::kDouble, "1.5",
           "How much longer each restart waits than the one before."),
      spec("restart-strategy.exponential-delay.reset-backoff-threshold", kTime, "1 h",
           "After this time without a failure the first backoff applies again."),
      spec("restart-strategy.exponential-delay.jitter-factor", OptionType::kDouble, "0.1",
           "The part of the backoff that is drawn at random."),
      spec("restart-strategy.exponential-delay.attempts-before-reset-backoff", kNumber,
           "2147483647", "Restarts before a job fails, unless the backoff was reset."),
  };
}

std::vector<OptionSpec> fileSpecs() {
  return {
      spec("s3.endpoint", kText, "", "Where S3 is; by default where AWS's SDKs look."),
      spec("s3.region", kText, "", "The region of S3; by default that of AWS's SDKs."),
      spec("s3.access-key", kText, "", "The access key for S3; by default AWS's SDKs' chain."),
      spec("s3.secret-key", kText, "", "The secret key that belongs to it."),
      spec("s3.session.token", kText, "", "The session token of temporary keys."),
      spec("s3.path.style.access", kFlag, "false",
           "The bucket is in the path; when not set it is at every endpoint but AWS's."),
  };
}

std::vector<OptionSpec> makeSpecs() {
  std::vector<OptionSpec> all = sessionSpecs();
  for (const auto& specs : {checkpointSpecs(), restartSpecs(), fileSpecs()}) {
    all.insert(all.end(), specs.begin(), specs.end());
  }
  return all;
}

const OptionSpec* specOf(std::string_view key) {
  for (const OptionSpec& spec : Configuration::specs()) {
    if (spec.key == key) return &spec;
  }
  return nullptr;
}

std::string canonicalKey(const std::string& key) {
  for (const Alias& alias : kAliases) {
    if (alias.old == key) return std::string(alias.key);
  }
  return key;
}

bool isFlinkKey(std::string_view key) {
  for (std::string_view known : kFlinkKeys) {
    if (known == key) return true;
    if (known.ends_with('*') && key.starts_with(known.substr(0, known.size() - 1))) return true;
  }
  return false;
}

std::vector<std::string> allKeys() {
  std::vector<std::string> keys;
  for (const OptionSpec& spec : Configuration::specs()) keys.push_back(spec.key);
  for (const Alias& alias : kAliases) keys.emplace_back(alias.old);
  for (std::string_view known : kFlinkKeys) {
    if (!known.ends_with('*')) keys.emplace_back(known);
  }
  return keys;
}

std::string machineZone() {
  if (const char* name = std::getenv("TZ"); name != nullptr && *name != '\0') {
    std::string_view text(name);
    if (text[0] == ':') text.remove_prefix(1);
    if (TimeZone::find(text).ok()) return std::string(text);
  }
  try {
    std::string name = date::current_zone()->name();
    if (TimeZone::find(name).ok()) return name;
  } catch (const std::exception&) {
    // A machine without a zone, or without the data base of zones, counts as UTC.
  }
  return "UTC";
}

bool equalWithoutCase(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

Error outsideRange(const Range& range, std::string_view value) {
  std::string allowed = range.highest >= kMostInt
                            ? fmt::format("at least {}", range.lowest)
                            : fmt::format("from {} to {}", range.lowest, range.highest);
  return Error(ErrorKind::kInvalidOption,
               fmt::format("option '{}' cannot be '{}'", range.key, value))
      .withHint(fmt::format("It must be {}.", allowed));
}

// What Flink refuses when it makes the strategy.
Status checkRestart(const OptionReader& reader, const std::string& key, const std::string& value) {
  const char* allowed = nullptr;
  if (key == "restart-strategy.exponential-delay.backoff-multiplier") {
    if (!(reader.real(key) > 1)) allowed = "It must be greater than 1.";
  } else if (key == "restart-strategy.exponential-delay.jitter-factor") {
    if (!(reader.real(key) >= 0 && reader.real(key) <= 1)) allowed = "It must be from 0 to 1.";
  } else if (key == "restart-strategy.exponential-delay.initial-backoff" ||
             key == "restart-strategy.exponential-delay.max-backoff" ||
             key == "restart-strategy.exponential-delay.reset-backoff-threshold" ||
             key == "restart-strategy.failure-rate.failure-rate-interval") {
    if (reader.durationMillis(key) < 1) allowed = "It must be at least 1 ms.";
  } else if (key == "execution.checkpointing.timeout") {
    if (reader.durationMillis(key) < 10) allowed = "It must be at least 10 ms.";
  }
  if (allowed == nullptr) return {};
  return Error(ErrorKind::kInvalidOption, fmt::format("option '{}' cannot be '{}'", key, value))
      .withHint(allowed);
}

// The checks that go beyond the type of a value.
Status checkMeaning(const OptionReader& reader, const std::string& key, const std::string& value) {
  for (const Range& range : kRanges) {
    if (range.key != key) continue;
    int64_t number = reader.integer(key);
    // Zero is no degree of parallelism, and -1 stands for a derived one.
    bool zero = number == 0 && key == "pipeline.max-parallelism";
    if (number < range.lowest || number > range.highest || zero) {
      return outsideRange(range, value);
    }
  }
  if (key == "execution.checkpointing.max-concurrent-checkpoints" && reader.integer(key) > 1) {
    return Error(ErrorKind::kUnsupported, "more than one checkpoint at a time")
        .withHint("Set 'execution.checkpointing.max-concurrent-checkpoints' to 1.");
  }
  if (key == "execution.checkpointing.checkpoints-after-tasks-finish" && !reader.boolean(key)) {
    return Error(ErrorKind::kUnsupported, "jobs whose checkpoints end when a task has finished")
        .withHint("Leave 'execution.checkpointing.checkpoints-after-tasks-finish' at true.");
  }
  TRY(checkRestart(reader, key, value));
  if (key == "table.local-time-zone" && value != "default") TRY(TimeZone::find(value));
  if (key == "execution.runtime-mode" && !equalWithoutCase(value, "streaming")) {
    return Error(ErrorKind::kUnsupported, fmt::format("runtime mode '{}'", value))
        .withHint("Set 'execution.runtime-mode' to 'streaming'; bounded input ends by itself.");
  }
  if (key == "state.backend.type" && !equalWithoutCase(value, "hashmap")) {
    return Error(ErrorKind::kUnsupported, fmt::format("state backend '{}'", value))
        .withHint("Set 'state.backend.type' to 'hashmap': state is kept in memory.");
  }
  return {};
}

std::string effectNote(const std::string& key) {
  return fmt::format("option '{}' has no effect in Millrace", key);
}

// Requires: the value was checked or is a default.
OptionReader readerOf(const OptionSpec& spec, const std::string& value) {
  OptionMap options;
  if (!value.empty()) options[spec.key] = value;
  Result<OptionReader> reader =
      OptionReader::make("the session", Configuration::specs(), std::move(options));
  CHECK(reader.ok(), spec.key);
  return std::move(reader).value();
}

}  // namespace

const std::vector<OptionSpec>& Configuration::specs() {
  static const std::vector<OptionSpec> specs = makeSpecs();
  return specs;
}

Configuration::Configuration() = default;

Result<SetOutcome> Configuration::set(const std::string& name, const std::string& value) {
  std::string key = canonicalKey(name);
  SetOutcome outcome;
  if (specOf(key) != nullptr) {
    OptionReader reader = TRY(OptionReader::make("the session", specs(), {{key, value}}));
    TRY(checkMeaning(reader, key, value));
  } else if (isFlinkKey(key)) {
    outcome.note = effectNote(key);
  } else {
    outcome.unknown = true;
    outcome.note = fmt::format("option '{}' is unknown", key);
    outcome.hint = didYouMean(key, allKeys());
  }
  values_[key] = value;
  return outcome;
}

std::map<std::string, std::string> Configuration::shownValues() const {
  std::map<std::string, std::string> shown = values_;
  for (auto& [key, value] : shown) {
    if (isSecretOption(key)) value = "******";
  }
  return shown;
}

void Configuration::reset(const std::string& key) { values_.erase(canonicalKey(key)); }

void Configuration::resetAll() { values_.clear(); }

std::string Configuration::text(std::string_view name) const {
  std::string key = canonicalKey(std::string(name));
  const OptionSpec* spec = specOf(key);
  auto entry = values_.find(key);
  std::string value = entry != values_.end() ? entry->second : spec ? spec->defaultValue : "";
  if (key == "table.local-time-zone" && value == "default") return machineZone();
  if (spec != nullptr && spec->type == OptionType::kEnum) {
    for (const std::string& allowed : spec->values) {
      if (equalWithoutCase(allowed, value)) return allowed;
    }
  }
  return value;
}

bool Configuration::boolean(std::string_view key) const {
  const OptionSpec* spec = specOf(key);
  CHECK(spec != nullptr && spec->type == OptionType::kBoolean, key);
  return readerOf(*spec, text(key)).boolean(key);
}

int64_t Configuration::integer(std::string_view key) const {
  const OptionSpec* spec = specOf(key);
  CHECK(spec != nullptr && spec->type == OptionType::kInteger, key);
  return readerOf(*spec, text(key)).integer(key);
}

double Configuration::real(std::string_view key) const {
  const OptionSpec* spec = specOf(key);
  CHECK(spec != nullptr && spec->type == OptionType::kDouble, key);
  return readerOf(*spec, text(key)).real(key);
}

int64_t Configuration::durationMillis(std::string_view key) const {
  const OptionSpec* spec = specOf(key);
  CHECK(spec != nullptr && spec->type == OptionType::kDuration, key);
  return readerOf(*spec, text(key)).durationMillis(key);
}

int64_t Configuration::memoryBytes(std::string_view key) const {
  const OptionSpec* spec = specOf(key);
  CHECK(spec != nullptr && spec->type == OptionType::kMemorySize, key);
  std::string value = text(key);
  return value.empty() ? 0 : readerOf(*spec, value).memoryBytes(key);
}

}  // namespace millrace
