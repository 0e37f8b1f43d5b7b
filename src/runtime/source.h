// Source: where rows come from. A Source describes one scan of a job and is shared by its subtasks;
// each subtask reads through a SourceReader of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/result.h"
#include "runtime/operator.h"

namespace millrace {

// What poll() found.
enum class SourceStatus : uint8_t {
  kData,     // a batch with rows
  kWaiting,  // nothing now; the reader calls wake() of its context, or names a wakeAtMillis()
  kEnd,      // bounded input is exhausted
};

struct SourceContext {
  OperatorContext* op = nullptr;
  // Makes the task runnable again. Callable from any thread while the reader lives.
  std::function<void()> wake;
};

// One subtask's reader. Called by the task's thread only; must not block for longer than a disk
// read (a connector that waits for a network does so on threads of its own).
class SourceReader {
 public:
  virtual ~SourceReader() = default;
  // Restores positions from context.op->state (ListStates) when it holds any.
  virtual Status open(SourceContext& context) = 0;
  // Next batch, at most maxRows rows (op->options->batchRows, fewer in tests).
  virtual Result<SourceStatus> poll(size_t maxRows, Batch& out) = 0;
  // When kWaiting: the clock time (milliseconds) at which to poll again at the latest.
  virtual int64_t wakeAtMillis() const { return INT64_MAX; }
  // Writes positions into the ListStates: exactly the batches returned so far have been read.
  virtual Status snapshotState(uint64_t checkpointId) = 0;
  virtual Status checkpointComplete(uint64_t) { return {}; }
};

// Shared by the subtasks of one scan: hands out work that is not bound to a subtask (file chunks).
// Thread-safe. Lives as long as the job attempt.
class Source {
 public:
  virtual ~Source() = default;
  virtual bool isBounded() const = 0;
  virtual Result<std::unique_ptr<SourceReader>> makeReader(const SubtaskInfo& subtask) = 0;
};

}  // namespace millrace
