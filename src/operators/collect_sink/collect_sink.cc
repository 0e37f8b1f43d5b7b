#include "operators/collect_sink/collect_sink.h"

#include <chrono>

namespace millrace {

CollectQueue::CollectQueue(size_t maxBatches) : maxBatches_(maxBatches) {}

bool CollectQueue::offer(Batch& batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return batches_.size() < maxBatches_ || closed_ || abandoned_; });
  if (closed_) return false;
  if (!abandoned_) batches_.push_back(std::move(batch));
  changed_.notify_all();
  return true;
}

void CollectQueue::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

std::optional<Batch> CollectQueue::take(int64_t timeoutMillis) {
  std::unique_lock lock(mutex_);
  auto ready = [&] { return !batches_.empty() || closed_; };
  if (timeoutMillis < 0) {
    changed_.wait(lock, ready);
  } else {
    changed_.wait_for(lock, std::chrono::milliseconds(timeoutMillis), ready);
  }
  if (batches_.empty()) return std::nullopt;
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  changed_.notify_all();
  return batch;
}

bool CollectQueue::closed() const {
  std::lock_guard lock(mutex_);
  return closed_;
}

void CollectQueue::abandon() {
  std::lock_guard lock(mutex_);
  abandoned_ = true;
  batches_.clear();
  changed_.notify_all();
}

namespace {

class CollectSink final : public Operator {
 public:
  explicit CollectSink(std::shared_ptr<CollectQueue> queue) : queue_(std::move(queue)) {}

  Status processBatch(int, Batch batch, Output&) override {
    if (batch.empty()) return {};
    batch.materialize();
    batch.mutableMarks().clear();
    if (!queue_->offer(batch)) {
      return Error(ErrorKind::kCancelled, "the result is closed");
    }
    return {};
  }

  Status finish(Output&) override {
    queue_->close();
    return {};
  }

 private:
  std::shared_ptr<CollectQueue> queue_;
};

}  // namespace

Result<OperatorPtr> makeCollectSink(std::shared_ptr<CollectQueue> queue) {
  return OperatorPtr(std::make_unique<CollectSink>(std::move(queue)));
}

}  // namespace millrace
