#include "cli/savepoint_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "state/snapshot.h"
#include "state/state_schema.h"
#include "types/datetime.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

// A state over all subtasks of its operator.
struct StateSummary {
  std::string schema;
  uint64_t entries = 0;
  uint64_t bytes = 0;
  std::set<uint32_t> groups;
};

std::vector<std::pair<std::string, StateSummary>> statesOf(const RestoredOperator& stored) {
  std::vector<std::pair<std::string, StateSummary>> states;
  std::map<std::string, size_t> places;
  for (const auto& file : stored.files()) {
    for (const SnapshotState& state : file->states()) {
      auto [place, isNew] = places.emplace(state.name, states.size());
      if (isNew) states.push_back({state.name, StateSummary{state.schema, 0, 0, {}}});
      StateSummary& summary = states[place->second].second;
      for (const SnapshotGroup& group : state.groups) {
        summary.entries += group.entries;
        summary.bytes += group.bytes;
        if (group.entries > 0) summary.groups.insert(group.group);
      }
    }
  }
  return states;
}

// "0-3, 7".
std::string ranges(const std::set<uint32_t>& groups) {
  constexpr size_t kMostRanges = 8;
  std::vector<std::string> parts;
  for (auto at = groups.begin(); at != groups.end();) {
    uint32_t first = *at;
    uint32_t last = first;
    for (++at; at != groups.end() && *at == last + 1; ++at) last = *at;
    if (parts.size() == kMostRanges) {
      parts.emplace_back("...");
      break;
    }
    parts.push_back(first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

uint64_t bytesOf(const StoredOperator& stored) {
  uint64_t bytes = 0;
  for (const StoredFile& file : stored.files) bytes += file.bytes;
  return bytes;
}

std::string plural(uint64_t n, std::string_view what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

std::string column(const std::vector<Type>& types, const std::vector<std::string>& names,
                   size_t i) {
  return names.empty() ? types[i].toString() : fmt::format("{} {}", names[i], types[i].toString());
}

std::string columns(const std::vector<Type>& types, const std::vector<std::string>& names) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < types.size(); ++i) texts.push_back(column(types, names, i));
  return fmt::format("{}", fmt::join(texts, ", "));
}

// In the largest unit that leaves no rest: "36 h".
std::string durationText(int64_t millis) {
  struct Unit {
    int64_t millis;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "min"}, {1'000, "s"}};
  for (const Unit& unit : kUnits) {
    if (millis % unit.millis == 0) return fmt::format("{} {}", millis / unit.millis, unit.name);
  }
  return fmt::format("{} ms", millis);
}

void addSchema(const StateSchema& schema, std::string& text) {
  auto line = [&](std::string_view what, const std::string& value) {
    text += fmt::format("      {:<6} {}\n", what, value);
  };
  if (!schema.key.empty()) line("key", columns(schema.key, schema.keyNames));
  if (!schema.row.empty()) line("row", columns(schema.row, schema.rowNames));
  if (!schema.order.empty()) line("kept", schema.order);
  if (schema.ttlMillis != 0) {
    bool rows = storedTimes(schema) == StoredTimes::kRows;
    line("ttl", fmt::format("{} since a {} was written", durationText(schema.ttlMillis),
                            rows ? "row" : "key"));
  }
  for (const ValuePart& part : schema.parts) {
    line("value", fmt::format("{}: {}", part.name,
                              part.row.empty() ? part.type : columns(part.row, part.rowNames)));
  }
}

std::string stateText(const std::string& name, const StateSummary& state) {
  std::string text = fmt::format("    state {}", name);
  Result<StateSchema> schema = parseSchemaText(state.schema);
  if (schema.ok()) text += fmt::format(": {}", stateKindName(schema.value().kind));
  text += fmt::format(", {} {}, {}", state.entries, state.entries == 1 ? "entry" : "entries",
                      plural(state.bytes, "byte"));
  if (!state.groups.empty()) {
    text +=
        fmt::format(", {} ({})", plural(state.groups.size(), "key group"), ranges(state.groups));
  }
  text += '\n';
  if (schema.ok()) addSchema(schema.value(), text);
  return text;
}

}  // namespace

std::string savepointText(const RestoredCheckpoint& savepoint, const std::string& directory) {
  const Manifest& manifest = savepoint.manifest;
  uint64_t bytes = 0;
  for (const auto& [id, stored] : manifest.operators) bytes += bytesOf(stored);
  std::string text = fmt::format("{}\n", directory);
  text += fmt::format("  job {}\n", manifest.jobName);
  text += fmt::format("  checkpoint {}, format {}, max parallelism {}\n", manifest.checkpointId,
                      manifest.formatVersion, manifest.maxParallelism);
  text += "  taken ";
  appendTimestamp(nanosOfMicros(manifest.createdMillis * 1000), 3, text);
  text += " UTC\n";
  text += fmt::format("  {}, {}\n", plural(manifest.operators.size(), "operator"),
                      plural(bytes, "byte"));
  for (const auto& [id, stored] : manifest.operators) {
    text += fmt::format("\n  {}\n", id);
    if (!stored.title.empty()) text += fmt::format("    {}\n", stored.title);
    for (const std::string& alias : stored.aliases) text += fmt::format("    also {}\n", alias);
    text += fmt::format("    parallelism {}, {} in {}\n", stored.parallelism,
                        plural(bytesOf(stored), "byte"), plural(stored.files.size(), "file"));
    const RestoredOperator* parts = savepoint.find(id);
    if (parts == nullptr) continue;
    for (const auto& [name, state] : statesOf(*parts)) text += stateText(name, state);
  }
  return text;
}

std::string savepointJson(const RestoredCheckpoint& savepoint, const std::string& directory) {
  const Manifest& manifest = savepoint.manifest;
  Json json = {{"path", directory},
               {"formatVersion", manifest.formatVersion},
               {"checkpointId", manifest.checkpointId},
               {"jobName", manifest.jobName},
               {"maxParallelism", manifest.maxParallelism},
               {"createdMillis", manifest.createdMillis}};
  Json operators = Json::array();
  for (const auto& [id, stored] : manifest.operators) {
    Json entry = {{"id", id},
                  {"title", stored.title},
                  {"aliases", stored.aliases},
                  {"parallelism", stored.parallelism},
                  {"bytes", bytesOf(stored)}};
    Json states = Json::array();
    const RestoredOperator* parts = savepoint.find(id);
    if (parts != nullptr) {
      for (const auto& [name, state] : statesOf(*parts)) {
        states.push_back(
            {{"name", name},
             {"entries", state.entries},
             {"bytes", state.bytes},
             {"keyGroups", std::vector<uint32_t>(state.groups.begin(), state.groups.end())},
             {"schema", Json::parse(state.schema, nullptr, false)}});
      }
    }
    entry["states"] = std::move(states);
    operators.push_back(std::move(entry));
  }
  json["operators"] = std::move(operators);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string reportText(const RestoreReport& report) {
  std::string text = fmt::format("verdict: {}\n", restoreVerdictName(report.verdict));
  for (const OperatorRestore& entry : report.operators) {
    text += fmt::format("\n  {}: {}\n", entry.id, restoreVerdictName(entry.verdict));
    if (!entry.title.empty()) text += fmt::format("    {}\n", entry.title);
    for (const std::string& note : entry.notes) text += fmt::format("    - {}\n", note);
  }
  return text;
}

std::string reportJson(const RestoreReport& report) {
  Json operators = Json::array();
  for (const OperatorRestore& entry : report.operators) {
    operators.push_back({{"id", entry.id},
                         {"title", entry.title},
                         {"verdict", restoreVerdictName(entry.verdict)},
                         {"notes", entry.notes}});
  }
  Json json = {{"verdict", restoreVerdictName(report.verdict)},
               {"operators", std::move(operators)}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace millrace
