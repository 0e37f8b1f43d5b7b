// Operator: what a task runs. Push-based: the runtime hands an operator its input batches, the
// operator emits batches to its Output (the next operator of the chain, or an exchange).
//
// Contract for every method: called by one thread at a time, always the task's; must not block; a
// returned error fails the task (and the job restarts from its checkpoint). Watermarks come as
// marks between the rows of batches: an operator that does not care passes batch.marks() on with
// the batch it emits, in place. A batch without rows may carry marks. Input order is kept.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "env/env.h"
#include "expr/function.h"
#include "runtime/metrics.h"
#include "state/state_store.h"
#include "types/batch.h"

namespace millrace {

// Where an operator's results go. emit() never fails for lack of room: the task stops reading new
// input until what was emitted has been taken.
class Output {
 public:
  virtual ~Output() = default;
  virtual Status emit(Batch batch) = 0;
  // The results have become idle (or active again): they no longer hold watermarks back downstream.
  virtual Status markIdle(bool /*idle*/) { return {}; }
};

// Engine options that operators read; filled from the session configuration.
struct ExecutionOptions {
  uint32_t batchRows = 4096;           // rows a source puts into one batch
  bool miniBatch = false;              // table.exec.mini-batch.enabled
  int64_t miniBatchLatencyMillis = 0;  // table.exec.mini-batch.allow-latency
  int64_t miniBatchSize = -1;          // table.exec.mini-batch.size
  int64_t autoWatermarkIntervalMillis = 200;
  int64_t sourceIdleTimeoutMillis = 0;  // table.exec.source.idle-timeout; 0 = never idle
  int64_t stateTtlMillis = 0;           // table.exec.state.ttl; 0 = keep for ever
};

// What an operator instance is given. Lives as long as the instance.
struct OperatorContext {
  std::string jobId;       // the same when the job starts again
  std::string operatorId;  // JobNode::id
  SubtaskInfo subtask;
  uint64_t restoredCheckpointId = 0;  // that the job goes on from; 0 = it starts anew
  const ExecutionOptions* options = nullptr;
  Env* env = nullptr;
  StateStore* state = nullptr;
  OperatorMetrics* metrics = nullptr;
  // Zone, processing time and watermark for expressions.
  EvalContext eval;

  // Once per batch, before the states are used: entries expire by the time that is set here.
  void refreshTime() {
    eval.nowMicros = env->clock().nowMicros();
    if (state != nullptr) state->advanceTime(eval.nowMicros / 1000);
  }
  // The time to live of a state: that of a hint, else that of the configuration.
  int64_t stateTtlMillis(std::optional<int64_t> hinted) const {
    return hinted.value_or(options->stateTtlMillis);
  }
};

class Operator {
 public:
  virtual ~Operator() = default;

  // Opens states (restored ones are filled). The context outlives the operator.
  virtual Status open(OperatorContext&) { return {}; }

  // Input `input` (0 for most operators). Marks in the batch are this input's own watermarks; an
  // operator with several inputs combines them with a WatermarkMerger (runtime/watermark.h).
  virtual Status processBatch(int input, Batch batch, Output& out) = 0;

  // The input has become idle (or active again): it no longer holds the watermark back. The default
  // passes it on; an operator with several inputs asks its WatermarkMerger.
  virtual Status inputIdle(int input, bool idle, Output& out);

  // No more batches will come from this input; a final kMaxWatermark mark came before if the input
  // has watermarks at all. An operator with several inputs must not treat this as a watermark.
  virtual Status endInput(int /*input*/, Output&) { return {}; }
  // All inputs have ended. Last chance to emit.
  virtual Status finish(Output&) { return {}; }

  // A checkpoint barrier has been aligned: emit whatever is held outside the states (mini-batches,
  // pre-aggregates). Right afterwards the states are snapshotted.
  virtual Status flush(Output&) { return {}; }
  // After flush() and before the states are read: write what must survive and is not kept in the
  // states all the time (a source's offsets, a sink's pending files) into OperatorContext::state.
  virtual Status snapshotState(uint64_t /*checkpointId*/) { return {}; }
  // The checkpoint is complete and durable: commit what was pre-committed for it. May be called for
  // a later id only; commits everything up to it. Called with the id of the restored checkpoint
  // after a restore, before any batch. Must be idempotent.
  virtual Status checkpointComplete(uint64_t /*checkpointId*/) { return {}; }

  // Processing time, milliseconds: the time at which the operator wants onProcessingTime(), or
  // INT64_MAX. Asked after every call into the operator.
  virtual int64_t nextProcessingTime() const { return INT64_MAX; }
  virtual Status onProcessingTime(int64_t /*nowMillis*/, Output&) { return {}; }
};

using OperatorPtr = std::unique_ptr<Operator>;

}  // namespace millrace
