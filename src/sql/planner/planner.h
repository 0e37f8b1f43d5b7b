// The planner: from an optimised logical plan to the JobGraph that the runtime executes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/env.h"
#include "operators/collect_sink/collect_sink.h"
#include "runtime/job_graph.h"
#include "sql/binder/bind_context.h"
#include "sql/plan/logical.h"

namespace millrace {

// Session options that shape a job.
struct PlannerOptions {
  std::string jobName;
  uint32_t parallelism = 1;
  uint32_t maxParallelism = 128;
  bool derivesMaxParallelism = false;  // JobGraph::derivesMaxParallelism
  ExecutionOptions execution;
  std::string timeZone = "UTC";
  bool twoPhase = true;    // table.optimizer.agg-phase-strategy is not ONE_PHASE
  bool dropNulls = false;  // table.exec.sink.not-null-enforcer = DROP
  bool trimPad = false;    // table.exec.sink.type-length-enforcer = TRIM_PAD
};

// One query result or INSERT of a job.
struct PlannedRoot {
  LogicalPtr plan;     // a LogicalSink
  std::string anchor;  // the statement's place in operator ids: "insert:sales[0]", "select[0]"
  std::shared_ptr<CollectQueue> queue;  // for a sink without a table
};

Result<JobGraph> planJob(const std::vector<PlannedRoot>& roots, const PlannerOptions& options,
                         const BindContext& context, Env& env);

// True when all scans below the roots end by themselves.
Result<bool> isBounded(const std::vector<LogicalPtr>& roots);

}  // namespace millrace
