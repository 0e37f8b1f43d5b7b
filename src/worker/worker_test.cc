// How a worker that nobody talks to ends. Its clock runs a hundred times faster.
#include "worker/worker.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "control/native/application_directory.h"
#include "env/file_lock.h"

namespace millrace {
namespace {

constexpr int64_t kFaster = 100;

class FastClock final : public Clock {
 public:
  int64_t nowMicros() const override { return monotonicNanos() / 1000; }
  int64_t monotonicNanos() const override {
    return (realEnv().clock().monotonicNanos() - begin_) * kFaster;
  }

 private:
  const int64_t begin_ = realEnv().clock().monotonicNanos();
};

class FastEnv final : public Env {
 public:
  Clock& clock() override { return clock_; }
  FileSystem& files() override { return realEnv().files(); }
  Random& random() override { return realEnv().random(); }

 private:
  FastClock clock_;
};

class WorkerTest : public testing::Test {
 protected:
  WorkerTest() {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_);
  }
  ~WorkerTest() override { std::filesystem::remove_all(root_); }

  // Runs it to its end; returns the milliseconds of its clock.
  int64_t run(int64_t attempt) {
    WorkerArguments arguments{root_ + "/socket", root_, 7, attempt};
    int64_t begin = env_.clock().nowMillis();
    runWorker(arguments, env_);
    return env_.clock().nowMillis() - begin;
  }

  std::string root_ = testing::TempDir() + "worker/7";
  FastEnv env_;
  ApplicationDirectory directory_{env_, root_};
};

TEST_F(WorkerTest, WithoutAServiceItEndsAfterThirtySeconds) {
  ASSERT_TRUE(directory_.setEpoch(1).ok());
  int64_t took = run(1);
  EXPECT_GE(took, 30'000);
  EXPECT_LT(took, 90'000);  // it looks every 100 ms of ours
}

TEST_F(WorkerTest, ANewerAttemptEndsItAtOnce) {
  ASSERT_TRUE(directory_.setEpoch(2).ok());
  EXPECT_LT(run(1), 20'000);
}

TEST_F(WorkerTest, ItDoesNotRunWhileAnotherHoldsTheLock) {
  ASSERT_TRUE(directory_.setEpoch(1).ok());
  std::unique_ptr<FileLock> lock = FileLock::acquire(directory_.lockFile()).value();
  int64_t took = run(1);
  EXPECT_GE(took, 30'000);
  EXPECT_LT(took, 90'000);
}

}  // namespace
}  // namespace millrace
