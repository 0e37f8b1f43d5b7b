// Blocks "edit": a query runs until it has read some rows and stops with a savepoint; a changed
// query goes on from there.
#include <fmt/format.h>

#include <charconv>
#include <map>

#include "runner/test_run.h"
#include "sql/parser/parser.h"
#include "types/type_text.h"

namespace millrace {

namespace {

using Kind = TestBlock::Kind;

constexpr std::string_view kArrow = "=>";
constexpr std::string_view kNote = "note: ";

// The two queries of an edit. The line between them may set options of the second:
// "=> parallelism.default=2".
struct Edit {
  std::string verdict;
  uint64_t stopAfter = 0;
  std::string before;
  std::string after;
  std::vector<std::pair<std::string, std::string>> settings;
};

Edit parseEdit(const TestBlock& block, const std::vector<std::string>& body) {
  Edit edit;
  size_t space = block.argument.find(' ');
  edit.verdict = block.argument.substr(0, space);
  std::string_view number = trimmed(std::string_view(block.argument).substr(space + 7));
  std::from_chars(number.data(), number.data() + number.size(), edit.stopAfter);
  bool second = false;
  for (const std::string& line : body) {
    if (!second && line.starts_with(kArrow)) {
      second = true;
      for (const std::string& setting : splitText(line.substr(kArrow.size()), ' ')) {
        size_t equals = setting.find('=');
        if (equals == std::string::npos) continue;
        edit.settings.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
      }
      continue;
    }
    (second ? edit.after : edit.before) += line + "\n";
  }
  return edit;
}

// What is left when the changes are folded. The rest of a job takes back rows that came before it.
std::vector<TestRow> folded(const std::vector<TestRow>& changes) {
  std::map<std::vector<std::string>, std::vector<TestRow>> left;
  for (const TestRow& change : changes) {
    std::vector<TestRow>& rows = left[change.json];
    if (isAdd(change.kind)) {
      rows.push_back(change);
      rows.back().kind = RowKind::kInsert;
    } else if (!rows.empty()) {
      rows.pop_back();
    }
  }
  std::vector<TestRow> all;
  for (auto& [json, rows] : left) all.insert(all.end(), rows.begin(), rows.end());
  return all;
}

// Whether rows of both queries can be looked at together.
bool sameColumns(const Schema& before, const Schema& after) {
  if (before.size() != after.size()) return false;
  for (size_t i = 0; i < before.size(); ++i) {
    if (before[i].name != after[i].name || !widens(before[i].type, after[i].type)) return false;
  }
  return true;
}

std::string describeReport(const RestoreReport& report) {
  std::string text = fmt::format("the verdict is {}\n", restoreVerdictName(report.verdict));
  for (const OperatorRestore& entry : report.operators) {
    text += fmt::format("{} ({}): {}\n", entry.id, entry.title, restoreVerdictName(entry.verdict));
    for (const std::string& note : entry.notes) text += fmt::format("  {}\n", note);
  }
  return text;
}

}  // namespace

std::unique_ptr<TestSession> TestRun::sessionForEdit(uint32_t parallelism) {
  auto session = std::make_unique<TestSession>(realEnv(), request_.settings, parallelism,
                                               request_.timeoutMillis);
  size_t step = step_;
  for (size_t earlier : setup_) {
    // Variables of a foreach are those of the step.
    step_ = earlier;
    const TestBlock& block = file_.blocks[file_.steps[earlier].block];
    std::string argument = replaced(block.argument);
    Status done;
    if (block.kind == Kind::kStatement) {
      QueryOutcome outcome = session->execute(replaced(joinLines(block.body)), {});
      if (outcome.error) done = *outcome.error;
    } else if (block.kind == Kind::kSet) {
      size_t space = argument.find(' ');
      done = session->set(argument.substr(0, space),
                          std::string(trimmed(std::string_view(argument).substr(space))));
    } else {
      done = session->reset(argument);
    }
    if (!done.ok()) fail({}, {}, "the setup of an edit fails", &done.error());
  }
  step_ = step;
  return session;
}

void TestRun::runEdit(const TestBlock& block) {
  Edit edit = parseEdit(block, replaced(block.body));
  auto before = sessionForEdit(request_.settings.parallelism);
  auto after = sessionForEdit(request_.settings.parallelism);
  CheckpointOptions options;
  options.directory = fmt::format("{}/checkpoints/edit-{}", request_.directory, step_);
  options.stopAfterRecords = edit.stopAfter;
  QueryOutcome first = execute(*before, edit.before, options, "before the edit");
  if (first.error || !first.stopped) {
    fail({}, edit.before, "must stop with a savepoint", first.error ? &*first.error : nullptr);
    return;
  }
  for (const auto& [key, value] : edit.settings) {
    Status done = after->set(key, value);
    if (!done.ok()) fail({}, {}, "an option of the edit is wrong", &done.error());
  }
  options.stopAfterRecords = 0;
  options.restorePath = first.checkpoint;
  QueryOutcome second;
  // Tables may be made anew in front of the query.
  for (const ScriptStatement& statement : splitStatements(edit.after)) {
    second = execute(*after, std::string(statement.text), options, "after the edit");
    if (second.error) break;
  }
  std::string difference = judgeEdit(block, std::move(first), std::move(second));
  if (!difference.empty()) fail({}, {}, difference);
}

std::string TestRun::judgeEdit(const TestBlock& block, QueryOutcome first, QueryOutcome second) {
  Edit edit = parseEdit(block, replaced(block.body));
  if (!second.restored) {
    return second.error ? "cannot be planned:\n" + second.error->describe() : "no job was restored";
  }
  std::string report = describeReport(*second.restored);
  std::string found = restoreVerdictName(second.restored->verdict);
  if (found != edit.verdict) {
    return fmt::format("must be {}, but {}", edit.verdict, report);
  }
  bool mustFail = edit.verdict == "incompatible";
  std::string message = second.error ? second.error->describe() : "";
  if (mustFail && !second.error) return "must be refused, but runs";
  if (!mustFail && second.error) return "must run, but fails:\n" + message;
  std::vector<std::string> rows;
  for (const std::string& line : replaced(block.expected)) {
    if (!line.starts_with(kNote)) {
      rows.push_back(line);
      continue;
    }
    std::string note = line.substr(kNote.size());
    if (report.find(note) == std::string::npos) return fmt::format("no '{}' in: {}", note, report);
    // A refusal says why.
    if (mustFail && message.find(note) == std::string::npos) {
      return fmt::format("no '{}' in: {}", note, message);
    }
  }
  if (mustFail || second.schema.empty()) return {};
  if (sameColumns(first.schema, second.schema)) {
    second.rows.insert(second.rows.begin(), first.rows.begin(), first.rows.end());
  }
  second.rows = folded(second.rows);
  second.insertOnly = false;
  return compareTable(block, rows, second);
}

}  // namespace millrace
