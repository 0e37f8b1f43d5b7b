// TestRun: runs one test file once, in this process, and reports as it goes.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runner/comparison.h"
#include "runner/test_file.h"
#include "runner/test_session.h"

namespace millrace {

struct TestFailure {
  std::string run;    // name of the run
  std::string item;   // "key=b" inside foreach
  std::string label;  // of the engine's error; "crash" or "hang"; empty for a wrong result
  std::string sql;    // when it says more than the block does
  std::string text;
};

// What a run says while it goes on. Not thread-safe.
class TestReporter {
 public:
  virtual ~TestReporter() = default;
  // Before a block is run, and again before each of its queries.
  virtual void begin(size_t block) = 0;
  virtual void fail(size_t block, const TestFailure& failure) = 0;
  // How many rows the sources of a query have read; `query` is the same in every run of the file.
  virtual void sourceRows(const std::string& query, uint64_t rows) = 0;
  // A query that cannot be stopped hangs: the process must not go on. Does not return.
  [[noreturn]] virtual void giveUp() = 0;
};

struct RunRequest {
  RunSettings settings;
  std::string directory;      // empty, of this run alone
  std::string dataDirectory;  // ${DATA}
  int64_t timeoutMillis = 20'000;
  std::set<size_t> leaveOut;  // blocks that would end the process
  std::set<size_t> failed;    // blocks that failed in an earlier run: not judged again
  std::map<std::string, uint64_t> sourceRows;  // of an earlier run
};

class TestRun {
 public:
  // Everything must outlive the run.
  TestRun(const TestFile& file, const RunRequest& request, TestReporter& reporter);
  void run();

 private:
  void runStep(size_t step);
  Status runSetup(const TestBlock& block);
  void runStatement(const TestBlock& block);
  void runResult(const TestBlock& block);
  void runExpressions(const TestBlock& block);
  void runEachExpression(const TestBlock& block, const std::vector<size_t>& lines);
  void runPlan(const TestBlock& block);
  // In a file of its own.
  void runEdit(const TestBlock& block);
  std::unique_ptr<TestSession> sessionForEdit(uint32_t parallelism);
  std::string judgeEdit(const TestBlock& block, QueryOutcome first, QueryOutcome second);

  // Runs a query and calls `judge` with what it returned; in parts, with what both parts returned
  // together, or twice when the first part reached the end.
  template <typename Judge>
  void runQuery(const std::string& sql, Judge judge);
  QueryOutcome execute(TestSession& session, const std::string& sql,
                       const CheckpointOptions& checkpoints, const std::string& part);
  void expectError(const std::string& sql, const std::string& label,
                   const std::vector<std::string>& texts, const QueryOutcome& outcome,
                   const std::string& part);
  void fail(const std::string& part, const std::string& sql, const std::string& text,
            const Error* error = nullptr);

  // The text with ${DIR}, ${DATA} and the variable of the foreach replaced.
  std::string replaced(const std::string& text) const;
  std::vector<std::string> replaced(const std::vector<std::string>& lines) const;
  bool ordered() const;

  const TestFile& file_;
  const RunRequest& request_;
  TestReporter& reporter_;
  std::string filesDirectory_;
  std::vector<std::unique_ptr<TestSession>> sessions_;  // two with inParts
  std::vector<size_t> setup_;  // steps so far that made tables or set options
  size_t step_ = 0;
  size_t numQueries_ = 0;  // of this step
  std::string firstPart_;  // what the query returned before it was stopped, for messages
};

}  // namespace millrace
