#include "runner/test_run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "runner/input_file.h"

namespace millrace {

namespace {

using Kind = TestBlock::Kind;

constexpr std::string_view kErrorOutcome = "error ";

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

struct ExpressionLine {
  std::string expression;
  std::string outcome;
  bool fails() const { return outcome.starts_with(kErrorOutcome); }
};

ExpressionLine splitExpression(const std::string& line) {
  size_t arrow = line.find("-->");
  ExpressionLine parts;
  parts.expression = trimmed(std::string_view(line).substr(0, arrow));
  if (arrow != std::string::npos) parts.outcome = trimmed(std::string_view(line).substr(arrow + 3));
  return parts;
}

std::string withoutSemicolon(const std::string& sql) {
  std::string_view text = trimmed(sql);
  while (text.ends_with(';')) text = trimmed(text.substr(0, text.size() - 1));
  return std::string(text);
}

std::string describeRows(const std::vector<TestRow>& rows) {
  constexpr size_t kMostRows = 20;
  std::string text = rows.empty() ? "nothing\n" : "";
  for (size_t i = 0; i < rows.size() && i < kMostRows; ++i) {
    text += fmt::format("{}|{}\n", rowKindName(rows[i].kind), fmt::join(rows[i].bare, "|"));
  }
  if (rows.size() > kMostRows) text += fmt::format("... {} rows\n", rows.size());
  return text;
}

}  // namespace

TestRun::TestRun(const TestFile& file, const RunRequest& request, TestReporter& reporter)
    : file_(file), request_(request), reporter_(reporter) {
  filesDirectory_ = request.directory + "/files";
}

void TestRun::run() {
  std::filesystem::create_directories(filesDirectory_);
  const RunSettings& settings = request_.settings;
  sessions_.push_back(std::make_unique<TestSession>(realEnv(), settings, settings.parallelism,
                                                    request_.timeoutMillis));
  if (settings.inParts) {
    sessions_.push_back(std::make_unique<TestSession>(
        realEnv(), settings, settings.restoredParallelism, request_.timeoutMillis));
  }
  for (size_t step = 0; step < file_.steps.size(); ++step) {
    if (!request_.leaveOut.contains(file_.steps[step].block)) runStep(step);
  }
}

void TestRun::runStep(size_t step) {
  step_ = step;
  numQueries_ = 0;
  size_t index = file_.steps[step].block;
  const TestBlock& block = file_.blocks[index];
  reporter_.begin(index);
  // A query that gave a wrong result would give it again; statements are needed by what follows.
  bool judged = !request_.failed.contains(index);
  if (block.kind == Kind::kStatement || block.kind == Kind::kSet || block.kind == Kind::kReset) {
    setup_.push_back(step);
  }
  switch (block.kind) {
    case Kind::kStatement:
      runStatement(block);
      break;
    case Kind::kEdit:
      if (judged && !request_.settings.inParts) runEdit(block);
      break;
    case Kind::kTable:
    case Kind::kChangelog:
      if (judged) runResult(block);
      break;
    case Kind::kExpressions:
      if (judged) runExpressions(block);
      break;
    case Kind::kPlan:
      if (judged && !request_.settings.inParts) runPlan(block);
      break;
    default: {
      Status done = runSetup(block);
      if (!done.ok()) fail({}, {}, done.error().message(), &done.error());
    }
  }
}

Status TestRun::runSetup(const TestBlock& block) {
  if (block.kind == Kind::kFile) {
    std::string text;
    for (const std::string& line : block.body) text += replaced(line) + "\n";
    return writeInputFile(filesDirectory_, replaced(block.argument), text);
  }
  for (auto& session : sessions_) {
    std::string argument = replaced(block.argument);
    if (block.kind == Kind::kSet) {
      size_t space = argument.find(' ');
      TRY(session->set(argument.substr(0, space),
                       std::string(trimmed(std::string_view(argument).substr(space)))));
    } else if (block.kind == Kind::kReset) {
      TRY(session->reset(argument));
    }
  }
  return {};
}

void TestRun::runStatement(const TestBlock& block) {
  std::string sql = replaced(joinLines(block.body));
  bool mustFail = block.argument.starts_with(kErrorOutcome);
  std::string label = mustFail ? replaced(block.argument.substr(kErrorOutcome.size())) : "";
  std::vector<std::string> texts = replaced(block.expected);
  runQuery(sql, [&](const QueryOutcome& outcome, const std::string& part) {
    if (mustFail) {
      expectError(sql, label, texts, outcome, part);
    } else if (outcome.error) {
      fail(part, sql, "must succeed, but fails", &*outcome.error);
    }
  });
}

void TestRun::runResult(const TestBlock& block) {
  std::string sql = replaced(joinLines(block.body));
  std::vector<std::string> expected = replaced(block.expected);
  runQuery(sql, [&](const QueryOutcome& outcome, const std::string& part) {
    if (outcome.error) {
      fail(part, sql, "must return rows, but fails", &*outcome.error);
      return;
    }
    std::string difference = block.kind == Kind::kTable
                                 ? compareTable(block, expected, outcome)
                                 : compareChangelog(block, expected, outcome, ordered());
    if (!difference.empty()) fail(part, sql, difference);
  });
}

void TestRun::runExpressions(const TestBlock& block) {
  std::vector<size_t> succeeding;
  std::vector<size_t> failing;
  for (size_t i = 0; i < block.body.size(); ++i) {
    (splitExpression(block.body[i]).fails() ? failing : succeeding).push_back(i);
  }
  if (!succeeding.empty()) {
    std::string sql;
    std::vector<std::string> expressions;
    std::vector<std::string> outcomes;
    for (size_t i : succeeding) {
      ExpressionLine line = splitExpression(replaced(block.body[i]));
      sql += fmt::format("{}({}) AS c{}", sql.empty() ? "SELECT " : ",\n", line.expression, i + 1);
      expressions.push_back(line.expression);
      outcomes.push_back(line.outcome);
    }
    sql += "\n" + replaced(block.argument);
    bool failed = false;
    runQuery(sql, [&](const QueryOutcome& outcome, const std::string& part) {
      if (outcome.error) {
        failed = true;
        if (succeeding.size() > 1 && !request_.settings.inParts) return;
        fail(part, expressions[0], "must return rows, but fails", &*outcome.error);
        return;
      }
      std::string difference = compareExpressions(block, expressions, outcomes, outcome, ordered());
      if (!difference.empty()) fail(part, {}, difference);
    });
    // One by one they say which of them is refused.
    bool split = failed && succeeding.size() > 1 && !request_.settings.inParts;
    if (split) runEachExpression(block, succeeding);
  }
  runEachExpression(block, failing);
}

void TestRun::runEachExpression(const TestBlock& block, const std::vector<size_t>& lines) {
  for (size_t i : lines) {
    ExpressionLine line = splitExpression(replaced(block.body[i]));
    std::string sql =
        fmt::format("SELECT ({}) AS c{}\n{}", line.expression, i + 1, replaced(block.argument));
    reporter_.begin(file_.steps[step_].block);
    runQuery(sql, [&](const QueryOutcome& outcome, const std::string& part) {
      if (line.fails()) {
        expectError(line.expression, line.outcome.substr(kErrorOutcome.size()), {}, outcome, part);
      } else if (outcome.error) {
        fail(part, line.expression, "must return rows, but fails", &*outcome.error);
      } else {
        std::string difference =
            compareExpressions(block, {line.expression}, {line.outcome}, outcome, ordered());
        if (!difference.empty()) fail(part, {}, difference);
      }
    });
  }
}

void TestRun::runPlan(const TestBlock& block) {
  std::string sql = withoutSemicolon(replaced(joinLines(block.body)));
  std::string_view keyword = std::string_view(sql).substr(0, 7);
  if (keyword != "EXPLAIN" && keyword != "explain") sql = "EXPLAIN " + sql;
  QueryOutcome outcome = execute(*sessions_[0], sql, {}, {});
  if (outcome.error) {
    fail({}, sql, "must be explained, but fails", &*outcome.error);
    return;
  }
  std::string difference = comparePlan(replaced(block.expected), outcome.text);
  if (!difference.empty()) fail({}, sql, difference);
}

template <typename Judge>
void TestRun::runQuery(const std::string& sql, Judge judge) {
  std::string query = fmt::format("{}.{}", step_, numQueries_++);
  if (sessions_.size() == 1) {
    QueryOutcome outcome = execute(*sessions_[0], sql, {}, {});
    if (outcome.sourceRows > 0) reporter_.sourceRows(query, outcome.sourceRows);
    judge(outcome, std::string());
    return;
  }
  std::string first = fmt::format("parallelism {}", request_.settings.parallelism);
  std::string second = fmt::format("parallelism {}", request_.settings.restoredParallelism);
  CheckpointOptions options;
  auto rows = request_.sourceRows.find(query);
  if (rows != request_.sourceRows.end()) options.stopAfterRecords = (rows->second + 1) / 2;
  options.directory = fmt::format("{}/checkpoints/{}", request_.directory, query);
  QueryOutcome outcome = execute(*sessions_[0], sql, options, first);
  if (!outcome.stopped) {
    judge(outcome, first);
    // An INSERT must not insert twice.
    if (outcome.kind == StatementResult::Kind::kJob) return;
    judge(execute(*sessions_[1], sql, {}, second), second);
    return;
  }
  std::string parts = fmt::format("{}, stopped after {} rows, then restored at {}", first,
                                  options.stopAfterRecords, second);
  options.stopAfterRecords = 0;
  options.restorePath = outcome.checkpoint;
  QueryOutcome rest = execute(*sessions_[1], sql, options, parts);
  firstPart_ = describeRows(outcome.rows);
  outcome.error = std::move(rest.error);
  outcome.rows.insert(outcome.rows.end(), std::make_move_iterator(rest.rows.begin()),
                      std::make_move_iterator(rest.rows.end()));
  judge(outcome, parts);
  firstPart_.clear();
}

QueryOutcome TestRun::execute(TestSession& session, const std::string& sql,
                              const CheckpointOptions& checkpoints, const std::string& part) {
  QueryOutcome outcome = session.execute(sql, checkpoints);
  if (!outcome.hung) return outcome;
  const TestStep& step = file_.steps[step_];
  TestFailure failure;
  failure.run = request_.settings.name + (part.empty() ? "" : ": " + part);
  if (!step.variable.empty()) failure.item = step.variable + "=" + step.item;
  failure.label = "hang";
  failure.sql = sql;
  failure.text =
      fmt::format("does not end within {} ms: {}", request_.timeoutMillis, outcome.progress);
  reporter_.fail(step.block, failure);
  reporter_.giveUp();
  UNREACHABLE();
}

void TestRun::expectError(const std::string& sql, const std::string& label,
                          const std::vector<std::string>& texts, const QueryOutcome& outcome,
                          const std::string& part) {
  if (!outcome.error) {
    fail(part, sql, fmt::format("must fail with '{}', but succeeds", label));
    return;
  }
  const Error& error = *outcome.error;
  if (errorLabel(error.kind()) != label) {
    fail(part, sql, fmt::format("must fail with '{}', but fails otherwise", label), &error);
    return;
  }
  std::string message = error.describe();
  for (const std::string& text : texts) {
    if (message.find(trimmed(text)) != std::string::npos) continue;
    fail(part, sql, fmt::format("'{}' is not in the message", trimmed(text)), &error);
  }
}

void TestRun::fail(const std::string& part, const std::string& sql, const std::string& text,
                   const Error* error) {
  const TestStep& step = file_.steps[step_];
  if (request_.failed.contains(step.block)) return;
  TestFailure failure;
  failure.run = request_.settings.name + (part.empty() ? "" : ": " + part);
  if (!step.variable.empty()) failure.item = step.variable + "=" + step.item;
  failure.sql = sql;
  failure.text = text;
  if (error != nullptr) {
    failure.label = errorLabel(error->kind());
    failure.text += ":\n" + error->describe();
  }
  if (!firstPart_.empty()) failure.text += "\nbefore the stop it returned\n" + firstPart_;
  reporter_.fail(step.block, failure);
}

std::string TestRun::replaced(const std::string& text) const {
  std::string result = text;
  const TestStep& step = file_.steps[step_];
  replaceAll(result, "${DIR}", filesDirectory_);
  replaceAll(result, "${DATA}", request_.dataDirectory);
  if (!step.variable.empty()) replaceAll(result, "${" + step.variable + "}", step.item);
  return result;
}

std::vector<std::string> TestRun::replaced(const std::vector<std::string>& lines) const {
  std::vector<std::string> result;
  for (const std::string& line : lines) result.push_back(replaced(line));
  return result;
}

bool TestRun::ordered() const { return sessions_.size() == 1 && sessions_[0]->isOrdered(); }

}  // namespace millrace
