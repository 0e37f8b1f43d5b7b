// AsyncOperator: what an operator is as well when it hands work to threads of its own, a sink that
// writes to a network. Its task never waits for these threads: it leaves the operator alone until
// they wake it.
#pragma once

#include <functional>

namespace millrace {

class AsyncOperator {
 public:
  virtual ~AsyncOperator() = default;

  // Called once, before Operator::open(). The operator calls `wake`, from any thread as long as it
  // lives, when an answer below may have become true, and when it has failed: the error is then
  // returned by onProcessingTime(), for which nextProcessingTime() asks at once.
  virtual void setWake(std::function<void()> wake) = 0;

  // False: there is too much work under way for another batch. The task reads nothing (that is
  // backpressure), but does not stop in the middle of what it has read.
  virtual bool isReady() const = 0;

  // False: work from before the last flush() or finish() is still under way. The checkpoint is not
  // taken, and the task does not end, before that is over. Never true after a failure.
  virtual bool isSettled() const = 0;

  // False: what checkpointComplete() was told to commit is still under way. Batches go on
  // meanwhile, but the job does not learn that the checkpoint is committed here, and the task does
  // not end, before that is over. Never true after a failure.
  virtual bool isCommitted() const { return true; }
};

}  // namespace millrace
