#include "runner/configuration_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace millrace {

namespace {

// FNV-1a: the same on every machine.
uint64_t hashOf(std::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (unsigned char c : text) hash = (hash ^ c) * 1099511628211u;
  return hash ^ (hash >> 32);
}

// The path from the folder tests on: the same wherever the repository is.
std::string nameOf(const TestFile& file) {
  size_t at = file.path.rfind("tests/");
  return at == std::string::npos ? file.path : file.path.substr(at);
}

Error wrong(const std::string& path, const std::string& what) {
  return Error(ErrorKind::kUsage, fmt::format("{}: {}", path, what))
      .withHint("tests/runner/README.md shows what a configuration looks like.");
}

}  // namespace

RunSettings runToTheEnd() {
  RunSettings settings;
  settings.name = "to the end";
  return settings;
}

RunSettings runInParts(const TestFile& file) {
  uint64_t batchRows = 1 + hashOf(nameOf(file)) % 4;
  RunSettings settings;
  settings.name = fmt::format("in parts, batches of {}", batchRows);
  settings.options["millrace.execution.batch-rows"] = fmt::to_string(batchRows);
  settings.inParts = true;
  settings.parallelism = file.inOrder ? 1 : 2;
  settings.restoredParallelism = file.inOrder ? 1 : 3;
  return settings;
}

Result<RunSettings> readConfiguration(const std::string& path) {
  std::ifstream in(path);
  if (!in) return wrong(path, "cannot be read");
  nlohmann::json json = nlohmann::json::parse(in, nullptr, false);
  if (!json.is_object()) return wrong(path, "not a JSON object");
  RunSettings settings;
  settings.name = std::filesystem::path(path).stem().string();
  for (const auto& [key, value] : json.items()) {
    if (key == "description" && value.is_string()) continue;
    if (key == "channelCapacity" && value.is_number_unsigned()) {
      settings.channelCapacity = value.get<uint32_t>();
      continue;
    }
    if (key != "set" || !value.is_object()) return wrong(path, fmt::format("unknown '{}'", key));
    for (const auto& [option, setting] : value.items()) {
      if (!setting.is_string()) return wrong(path, fmt::format("'{}' must be a string", option));
      settings.options[option] = setting.get<std::string>();
    }
  }
  Configuration configuration;
  for (const auto& [option, value] : settings.options) {
    Result<SetOutcome> set = configuration.set(option, value);
    if (!set.ok()) return wrong(path, set.error().message());
    if (set.value().unknown) return wrong(path, set.value().note);
  }
  settings.parallelism = static_cast<uint32_t>(configuration.integer("parallelism.default"));
  return settings;
}

Result<std::string> chooseConfiguration(const std::string& directory, const TestFile& file,
                                        const std::string& seed) {
  std::vector<std::string> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path().string());
  }
  if (paths.empty()) return wrong(directory, "no configurations");
  std::sort(paths.begin(), paths.end());
  return paths[hashOf(seed + ":" + nameOf(file)) % paths.size()];
}

}  // namespace millrace
