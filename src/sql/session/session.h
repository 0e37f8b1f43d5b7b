// Session: executes SQL statements as Flink's SQL Client does, in process. Owns the catalogue, the
// configuration and the jobs it started. Not thread-safe; the jobs run on threads of their own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "env/env.h"
#include "operators/collect_sink/collect_sink.h"
#include "runtime/job.h"
#include "sql/ast/statement.h"
#include "sql/binder/bind_context.h"
#include "sql/catalog/catalog.h"
#include "sql/planner/changelog.h"
#include "sql/planner/planner.h"
#include "sql/session/configuration.h"

namespace millrace {

// A SELECT that is running: its changes come through the queue.
struct RunningQuery {
  std::shared_ptr<Job> job;
  std::shared_ptr<CollectQueue> queue;
  Schema schema;
  bool insertOnly = true;
  bool bounded = true;
};

struct StatementResult {
  enum class Kind : uint8_t {
    kOk,     // done; `message` says what ("Execute statement succeeded.")
    kRows,   // a finished small table: SHOW, DESCRIBE, SET
    kText,   // `message` is text to print as it is: EXPLAIN, SHOW CREATE
    kQuery,  // `query` is running
    kJob,    // `job` was started by INSERT or a statement set
  };
  Kind kind = Kind::kOk;
  std::string message;
  Schema schema;
  std::vector<std::vector<Value>> rows;
  RunningQuery query;
  std::shared_ptr<Job> job;
  std::vector<SetOutcome> notes;  // for the user, beside the result: what SET has to say
};

// How jobs are started; tests replace it to run them simulated or with a checkpoint in the middle.
using JobStarter = std::function<Result<std::shared_ptr<Job>>(JobGraph, JobOptions)>;

struct SessionOptions {
  bool strict = false;  // notes of SET are errors
  JobStarter startJob;  // default: startJob of runtime/job.h
  // Rows a CollectQueue may hold before the job waits for the client; in batches.
  size_t collectBatches = 64;
};

class Session {
 public:
  explicit Session(Env& env, SessionOptions options = {});
  ~Session();

  // Executes one statement. Positions in errors count from `start`. INSERT returns as soon as its
  // job runs, unless table.dml-sync is true. Errors leave the session as it was.
  Result<StatementResult> execute(std::string_view statement, SourcePosition start = {1, 1});

  // Starts the INSERTs of several statements (kInsert or kStatementSet) as one job, with the
  // catalogue and the configuration as they are now; does not wait for it.
  Result<std::shared_ptr<Job>> startInserts(const std::vector<const ParsedStatement*>& statements);

  Configuration& configuration() { return configuration_; }
  Catalog& catalog() { return catalog_; }
  // The jobs run on when the session goes; whoever has them ends them.
  void releaseJobs() { jobs_.clear(); }
  // Jobs started by INSERT that may still be running.
  const std::vector<std::shared_ptr<Job>>& jobs() const { return jobs_; }

 private:
  Result<StatementResult> run(const ParsedStatement& statement);
  Result<StatementResult> runDrop(const ParsedDrop& drop);
  Result<StatementResult> runQuery(const ParsedQuery& query);
  Result<StatementResult> runInserts(const std::vector<const ParsedInsert*>& inserts);
  Result<std::shared_ptr<Job>> startJobOf(const std::vector<const ParsedInsert*>& inserts);
  Result<StatementResult> runExplain(const ParsedExplain& explain);
  Result<StatementResult> runShow(const ParsedShow& show);
  Result<StatementResult> runDescribe(const ParsedDescribe& describe);
  Result<StatementResult> runSet(const ParsedSet& set);
  Result<StatementResult> runReset(const ParsedReset& reset);
  Result<StatementResult> runAlterTable(const ParsedAlterTable& alter);
  Result<StatementResult> runUse(const ParsedUse& use);
  Result<StatementResult> runStopJob(const ParsedStopJob& stop);

  // Context, planner and job options from the configuration as it is now.
  Result<BindContext> bindContext();
  Status configureFiles() const;
  Result<PlannerOptions> plannerOptions(const std::string& jobName) const;
  enum class JobPurpose : uint8_t { kQuery, kInsert };
  Result<JobOptions> jobOptions(JobPurpose purpose) const;
  Result<std::shared_ptr<Job>> start(JobGraph graph, JobPurpose purpose);
  Result<std::shared_ptr<Job>> findJob(const std::string& id) const;
  Result<StatementResult> describeJob(const std::string& id) const;

  Env& env_;
  SessionOptions options_;
  Configuration configuration_;
  Catalog catalog_;
  std::vector<std::shared_ptr<Job>> jobs_;
  uint32_t numQueries_ = 0;  // ordinal of the next SELECT, for operator ids
};

}  // namespace millrace
