// TestSession: a Session that runs every statement to its end, within a time, and keeps what came
// out.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/restore_report.h"
#include "sql/session/session.h"

namespace millrace {

// How a run differs from the defaults.
struct RunSettings {
  std::string name;                            // for messages
  std::map<std::string, std::string> options;  // SET before the file starts
  uint32_t channelCapacity = 0;                // of JobOptions; 0 = its default
  // Two sessions: one that stops at a checkpoint in the middle, one that restores it.
  bool inParts = false;
  uint32_t parallelism = 1;
  uint32_t restoredParallelism = 1;  // with inParts
};

// A row of a result, in both forms of tests/README.md.
struct TestRow {
  RowKind kind = RowKind::kInsert;
  std::vector<std::string> json;
  std::vector<std::string> bare;
};

struct QueryOutcome {
  std::optional<Error> error;  // of validation or of the job
  bool hung = false;           // did not end in time; `progress` says where it stood
  std::string progress;
  StatementResult::Kind kind = StatementResult::Kind::kOk;
  std::string text;  // EXPLAIN, SHOW CREATE
  Schema schema;
  std::vector<TestRow> rows;
  bool insertOnly = false;
  uint64_t sourceRows = 0;                // read by the job's sources
  bool stopped = false;                   // at `checkpoint`
  std::optional<RestoreReport> restored;  // of a job that was to go on from a checkpoint
  std::string checkpoint;
};

class TestSession {
 public:
  // `settings` must outlive the session.
  TestSession(Env& env, const RunSettings& settings, uint32_t parallelism, int64_t timeoutMillis);

  QueryOutcome execute(const std::string& sql, const CheckpointOptions& checkpoints);
  // SET and RESET. RESET goes back to the value of the start.
  Status set(const std::string& key, const std::string& value);
  Status reset(const std::string& key);

  // Whether the order of changes is determined.
  bool isOrdered();

 private:
  Result<std::shared_ptr<Job>> start(JobGraph graph, JobOptions options);
  void follow(RunningQuery& query, int64_t deadline, QueryOutcome& outcome);
  void finish(const std::shared_ptr<Job>& job, int64_t deadline, QueryOutcome& outcome);

  Env& env_;
  const RunSettings& settings_;
  int64_t timeoutMillis_;
  std::map<std::string, std::string> defaults_;
  CheckpointOptions checkpoints_;  // of the next job
  std::optional<RestoreReport> restored_;
  std::vector<std::shared_ptr<Job>> hungJobs_;
  Session session_;
};

}  // namespace millrace
