// CollectSink: hands the rows of a SELECT to the client. One subtask. At least once across
// restarts; the client of a test folds what it got up to the checkpoint.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

#include "runtime/operator.h"

namespace millrace {

// Bounded queue between the job and the client. Thread-safe.
class CollectQueue {
 public:
  explicit CollectQueue(size_t maxBatches = 64);

  // By the sink: waits while the queue is full (the worker is blocked, which is the backpressure a
  // client exerts); close() and abandon() end the wait. False when the queue is closed. Where one
  // thread runs the job and takes the rows afterwards, the queue must be unbounded (SIZE_MAX).
  bool offer(Batch& batch);
  void close();
  // By the client: the next batch (dense, owned), or nullopt when closed and drained, or when
  // timeoutMillis have passed (check closed()). Negative = wait for ever.
  std::optional<Batch> take(int64_t timeoutMillis);
  bool closed() const;
  // The client does not want more: offers succeed and drop.
  void abandon();

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  size_t maxBatches_;
  bool closed_ = false;
  bool abandoned_ = false;
};

Result<OperatorPtr> makeCollectSink(std::shared_ptr<CollectQueue> queue);

}  // namespace millrace
