// FileThreads: runs what waits for files behind a network, on threads of its own, so that the
// worker of the engine that asks for it goes on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"

namespace millrace {

// Thread-safe.
class FileThreads {
 public:
  // What it captures may be destroyed on any thread.
  using Action = std::function<Status()>;

  // `wake` is called after every action, on the thread that ran it. Threads begin when they are
  // needed.
  FileThreads(size_t numThreads, std::function<void()> wake);
  // Waits for the actions that have begun; the others are dropped.
  ~FileThreads();

  // Actions of one key run one after the other, in this order. `bytes`: what it holds in memory.
  // Once one has failed none begins any more.
  void run(std::string_view key, size_t bytes, Action action);

  // Every action has run, and none has failed.
  bool isDone() const;
  // Of actions that have not run yet.
  size_t waitingBytes() const { return bytes_.load(std::memory_order_acquire); }
  bool hasFailed() const { return failed_.load(std::memory_order_acquire); }
  // Requires: hasFailed(). Of the first that has failed.
  Error failure() const;

 private:
  struct Waiting {
    size_t bytes = 0;
    Action action;
  };
  // A key has one lane.
  struct Lane {
    std::deque<Waiting> queue;
    std::thread thread;
  };

  void runLane(Lane& lane);
  void fail(Error error);

  const std::function<void()> wake_;
  std::atomic<size_t> unfinished_{0};
  std::atomic<size_t> bytes_{0};
  std::atomic<bool> failed_{false};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Error> failure_;
  bool stopping_ = false;
  std::vector<Lane> lanes_;
};

}  // namespace millrace
