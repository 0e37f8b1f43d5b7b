// What a task promises an operator with threads of its own: it asks before it reads, waits before
// it takes a checkpoint or ends, is woken, and returns the operator's error.
#include "runtime/async_operator.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <thread>

#include "runtime/runtime_test_fixture.h"

namespace millrace {
namespace {

using namespace runtime_test;

// What has happened to the operator, for the test.
struct AsyncRecord {
  std::atomic<int64_t> numWritten{0};
  std::atomic<int64_t> mostWaiting{0};
  std::atomic<int64_t> unsettledSnapshots{0};
  std::atomic<bool> finishedSettled{false};
  std::atomic<int64_t> batchesWhileFull{0};
  std::atomic<int64_t> numCommits{0};
  std::atomic<int64_t> writtenWhileCommitting{0};
};

// What goes wrong, or takes its time.
struct AsyncBehaviour {
  int64_t failAt = -1;  // after that many rows
  int64_t commitMillis = 0;
  bool failsToCommit = false;
};

// A sink that hands each batch to a thread, which takes a millisecond for it.
class AsyncSink final : public Operator, public AsyncOperator {
 public:
  AsyncSink(std::shared_ptr<AsyncRecord> record, AsyncBehaviour behaviour)
      : record_(std::move(record)), behaviour_(behaviour) {}
  ~AsyncSink() override {
    {
      std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
    if (committer_.joinable()) committer_.join();
    record_->finishedSettled = isSettled();
  }

  void setWake(std::function<void()> wake) override { wake_ = std::move(wake); }
  bool isReady() const override {
    std::lock_guard lock(mutex_);
    return waiting_.size() < kMostWaiting;
  }
  bool isSettled() const override {
    std::lock_guard lock(mutex_);
    return waiting_.empty();
  }
  bool isCommitted() const override { return !committing_ && !failed_; }

  Status open(OperatorContext&) override {
    thread_ = std::thread([this] { write(); });
    return {};
  }
  Status processBatch(int, Batch batch, Output&) override {
    // Each batch is asked for; what a task has read already may come all the same.
    if (!isReady()) ++record_->batchesWhileFull;
    {
      std::lock_guard lock(mutex_);
      waiting_.push_back(batch.numSelected());
      auto size = static_cast<int64_t>(waiting_.size());
      record_->mostWaiting = std::max(record_->mostWaiting.load(), size);
    }
    changed_.notify_all();
    return {};
  }
  Status snapshotState(uint64_t) override {
    if (!isSettled()) ++record_->unsettledSnapshots;
    return {};
  }
  Status checkpointComplete(uint64_t) override {
    if (behaviour_.commitMillis == 0) return {};
    if (committer_.joinable()) committer_.join();
    committing_ = true;
    committer_ = std::thread([this] { commit(); });
    return {};
  }
  int64_t nextProcessingTime() const override { return failed_ ? 0 : INT64_MAX; }
  Status onProcessingTime(int64_t, Output&) override {
    return Error(ErrorKind::kIo, "the peer has gone");
  }

 private:
  static constexpr size_t kMostWaiting = 4;

  void commit() {
    std::this_thread::sleep_for(std::chrono::milliseconds(behaviour_.commitMillis));
    failed_ = failed_ || behaviour_.failsToCommit;
    if (!failed_) ++record_->numCommits;
    committing_ = false;
    wake_();
  }

  void write() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return over_ || !waiting_.empty(); });
      if (over_) return;
      lock.unlock();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      lock.lock();
      record_->numWritten += static_cast<int64_t>(waiting_.front());
      if (committing_) ++record_->writtenWhileCommitting;
      if (behaviour_.failAt >= 0 && record_->numWritten > behaviour_.failAt) failed_ = true;
      waiting_.pop_front();
      lock.unlock();
      wake_();
      lock.lock();
    }
  }

  const std::shared_ptr<AsyncRecord> record_;
  const AsyncBehaviour behaviour_;
  std::function<void()> wake_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<size_t> waiting_;  // rows of batches that the thread has not written
  bool over_ = false;
  std::atomic<bool> failed_{false};
  std::atomic<bool> committing_{false};
  std::thread thread_;
  std::thread committer_;
};

JobGraph asyncJob(const std::shared_ptr<AsyncRecord>& record, int64_t rows,
                  AsyncBehaviour behaviour = {}) {
  JobGraph graph;
  graph.name = "async";
  graph.options.batchRows = 10;
  NumbersOptions numbers;
  numbers.limit = rows;
  graph.nodes.push_back(numbersNode("numbers", 1, numbers));
  JobNode sink;
  sink.id = sink.name = "sink";
  sink.inputs = {{0, Partitioning::kRebalance, {}}};
  sink.output = pairSchema();
  sink.makeOperator = [=](const SubtaskInfo&) -> Result<OperatorPtr> {
    return OperatorPtr(std::make_unique<AsyncSink>(record, behaviour));
  };
  graph.nodes.push_back(std::move(sink));
  return graph;
}

TEST(AsyncOperator, TheTaskReadsOnlyWhenItIsReadyAndEndsWhenItHasSettled) {
  auto record = std::make_shared<AsyncRecord>();
  auto job = startJob(asyncJob(record, 1000), {}, realEnv()).value();
  ASSERT_TRUE(job->wait(60'000));
  EXPECT_EQ(job->status(), JobStatus::kFinished);
  job.reset();
  EXPECT_EQ(record->numWritten, 1000);
  EXPECT_TRUE(record->finishedSettled);
  EXPECT_EQ(record->batchesWhileFull, 0);
  EXPECT_EQ(record->mostWaiting, 4);  // it was busy all the time
}

TEST(AsyncOperator, ACheckpointWaitsUntilItHasSettled) {
  auto record = std::make_shared<AsyncRecord>();
  JobOptions options;
  options.checkpoints.intervalMillis = 20;
  auto job = startJob(asyncJob(record, 3000), options, realEnv()).value();
  ASSERT_TRUE(job->wait(60'000));
  EXPECT_EQ(job->status(), JobStatus::kFinished);
  EXPECT_GE(job->progress().checkpoints.counts.completed, 2u);
  EXPECT_EQ(record->unsettledSnapshots, 0);
  EXPECT_EQ(record->numWritten, 3000);
}

TEST(AsyncOperator, ItsErrorFailsTheJobAtOnce) {
  auto record = std::make_shared<AsyncRecord>();
  auto job = startJob(asyncJob(record, 100'000, {.failAt = 50}), {}, realEnv()).value();
  ASSERT_TRUE(job->wait(60'000));
  ASSERT_EQ(job->status(), JobStatus::kFailed);
  EXPECT_NE(job->error().describe().find("the peer has gone"), std::string::npos);
  EXPECT_LT(record->numWritten, 10'000);
}

TEST(AsyncOperator, TheJobEndsWhenItHasCommitted) {
  auto record = std::make_shared<AsyncRecord>();
  auto job = startJob(asyncJob(record, 100, {.commitMillis = 100}), {}, realEnv()).value();
  ASSERT_TRUE(job->wait(60'000));
  EXPECT_EQ(job->status(), JobStatus::kFinished);
  EXPECT_EQ(record->numCommits, 1);
}

TEST(AsyncOperator, BatchesGoOnWhileItCommitsACheckpoint) {
  auto record = std::make_shared<AsyncRecord>();
  JobOptions options;
  options.checkpoints.intervalMillis = 20;
  auto job = startJob(asyncJob(record, 3000, {.commitMillis = 50}), options, realEnv()).value();
  ASSERT_TRUE(job->wait(60'000));
  EXPECT_EQ(job->status(), JobStatus::kFinished);
  EXPECT_EQ(record->numWritten, 3000);
  EXPECT_GT(record->writtenWhileCommitting, 0);
  // The last of them commits what came behind the one before.
  uint64_t completed = job->progress().checkpoints.counts.completed;
  job.reset();
  EXPECT_EQ(record->numCommits, static_cast<int64_t>(completed));
}

TEST(AsyncOperator, ACommitThatFailsAtTheEndFailsTheJob) {
  for (int64_t interval : {0, 100'000}) {
    auto record = std::make_shared<AsyncRecord>();
    JobOptions options;
    options.checkpoints.intervalMillis = interval;
    AsyncBehaviour behaviour{.commitMillis = 50, .failsToCommit = true};
    auto job = startJob(asyncJob(record, 100, behaviour), options, realEnv()).value();
    ASSERT_TRUE(job->wait(60'000));
    EXPECT_EQ(job->status(), JobStatus::kFailed) << interval;
  }
}

}  // namespace
}  // namespace millrace
