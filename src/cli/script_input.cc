#include "cli/script_input.h"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/interrupts.h"
#include "cli/standard_streams.h"
#include "env/file_system.h"

namespace millrace {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

Result<std::string> readScript(Env& env, const std::string& file) {
  if (file.empty()) return std::string();
  onInterrupt([](int signal) { std::_Exit(kSignalExitBase + signal); });
  Result<std::string> text = file == "-" ? readStandardInput() : readFile(env.files(), file);
  onInterrupt(nullptr);
  if (!text.ok()) return text;
  // Some editors put it in front of UTF-8 text.
  if (text.value().starts_with(kByteOrderMark)) text.value().erase(0, kByteOrderMark.size());
  return text;
}

bool applySettings(StatementRunner& runner, const Settings& settings, bool strict,
                   const char* command) {
  Configuration& configuration = runner.session().configuration();
  for (const auto& [key, value] : settings) {
    Result<SetOutcome> outcome = configuration.set(key, value);
    std::string problem;
    if (!outcome.ok()) {
      problem = outcome.error().describe();
    } else if (!outcome.value().note.empty()) {
      if (!strict) {
        runner.showNote(outcome.value());
        continue;
      }
      problem = outcome.value().note;
      if (!outcome.value().hint.empty()) problem += "\nhint: " + outcome.value().hint;
    }
    if (problem.empty()) continue;
    writeError(fmt::format("{}: {}\n", command, problem));
    return false;
  }
  return true;
}

ProgressMode progressMode(bool wanted) {
  if (errorIsTerminal()) return ProgressMode::kTerminal;
  return wanted ? ProgressMode::kLines : ProgressMode::kOff;
}

}  // namespace millrace
