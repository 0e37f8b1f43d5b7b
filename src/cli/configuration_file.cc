#include "cli/configuration_file.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/close_matches.h"
#include "env/file_system.h"

namespace millrace {

namespace {

bool isMember(std::string_view option) {
  return option != "config" && option != "help" && option != "version";
}

std::string hintFor(const std::string& name, const CLI::App& command) {
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& longName : option->get_lnames()) {
      if (isMember(longName)) known.push_back(longName);
    }
  }
  std::string hint = didYouMean(name, known);
  return hint.empty() ? "The members are the long options of the command." : hint;
}

// "kinesis.fsync=always", unless kinesis.fsync was given; `prefix` is "kinesis.".
void addSettings(const std::string& prefix, const nlohmann::json& members, CLI::Option& option) {
  std::vector<std::string> given = option.results();
  for (const auto& [name, value] : members.items()) {
    std::string setting = fmt::format("{}{}=", prefix, name);
    bool known = std::any_of(given.begin(), given.end(),
                             [&](const std::string& each) { return each.starts_with(setting); });
    if (known) continue;
    option.add_result(setting + (value.is_string() ? value.get<std::string>() : value.dump()));
  }
}

Status runCallback(CLI::Option& option, const std::string& path) {
  try {
    option.run_callback();
    return {};
  } catch (const CLI::Error& error) {
    return Error(ErrorKind::kInvalidOption, fmt::format("'{}': {}", path, error.what()));
  }
}

}  // namespace

Status applyConfigurationFile(Env& env, const std::string& path, CLI::App& command) {
  auto json = nlohmann::json::parse(TRY(readFile(env.files(), path)), nullptr, false, true);
  if (!json.is_object()) {
    return Error(ErrorKind::kInvalidOption, fmt::format("'{}' is no JSON object", path))
        .withHint("Write {\"option\": value, ...}.");
  }
  for (const auto& [name, value] : json.items()) {
    CLI::Option* option = command.get_option_no_throw("--" + name);
    bool repeats = option != nullptr && option->get_expected_max() > 1;
    // An object: settings of a companion, or several values of one option, such as quotas.
    CLI::Option* settings = option == nullptr ? command.get_option_no_throw("--set") : option;
    if (value.is_object() && settings != nullptr && (option == nullptr || repeats)) {
      addSettings(option == nullptr ? name + "." : std::string(), value, *settings);
      TRY(runCallback(*settings, path));
      continue;
    }
    if (option == nullptr || !isMember(name)) {
      return Error(ErrorKind::kUnknownOption,
                   fmt::format("'{}' has unknown option '{}'", path, name))
          .withHint(hintFor(name, command));
    }
    if (option->count() > 0) continue;
    // An option that may be repeated takes a list.
    auto values = value.is_array() ? value : nlohmann::json::array({value});
    for (const auto& each : values) {
      option->add_result(each.is_string() ? each.get<std::string>() : each.dump());
    }
    TRY(runCallback(*option, path));
  }
  return {};
}

}  // namespace millrace
