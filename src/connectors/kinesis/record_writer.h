// RecordWriter: sends records to a stream in batches, on threads of its own.
//
// Records of one partition key are sent one batch after the other, in order; those that the service
// refuses go again before anything behind them, but what stood behind them in the same batch has
// been taken. A record may arrive twice (an answer that was lost, a restart): at least once.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "connectors/kinesis/kinesis_client.h"
#include "connectors/kinesis/kinesis_options.h"
#include "env/env.h"

namespace millrace {

// Thread-safe.
class RecordWriter {
 public:
  // `wake` is called, on any thread, when an answer of the methods below may have changed.
  RecordWriter(KinesisSinkOptions options, KinesisClientPtr client, Env& env,
               std::function<void()> wake);
  // Drops what has not been sent.
  ~RecordWriter();

  void add(std::vector<KinesisPut> records);
  // Sends everything that waits now, whatever the size of batches.
  void flush();

  // Fewer records wait than may.
  bool isReady() const { return unsent_.load(std::memory_order_acquire) < options_.maxBuffered; }
  // Everything has arrived.
  bool isEmpty() const { return unsent_.load(std::memory_order_acquire) == 0 && !hasFailed(); }
  bool hasFailed() const { return failed_.load(std::memory_order_acquire); }
  // Requires: hasFailed().
  Error failure() const;

 private:
  struct Waiting {
    KinesisPut put;
    int64_t since = 0;
  };
  // One thread sends the records of a lane; a key has one lane.
  struct Lane {
    std::deque<Waiting> queue;
    size_t bytes = 0;
    size_t flushing = 0;  // how many from the front are to be sent at once
    int failures = 0;     // in a row
    std::thread thread;
  };

  int64_t now() const { return env_.clock().monotonicNanos() / 1'000'000; }
  void runLane(Lane& lane);
  bool isDue(const Lane& lane) const;
  std::vector<KinesisPut> takeBatch(Lane& lane);
  // Puts refused records back and returns how long to wait before they go again.
  int64_t settle(Lane& lane, std::vector<KinesisPut> sent,
                 const KinesisReply<std::vector<KinesisPutResult>>& reply);
  int64_t putBack(Lane& lane, std::vector<KinesisPut> records);
  void fail(Error error);

  KinesisSinkOptions options_;
  KinesisClientPtr client_;
  Env& env_;
  std::function<void()> wake_;
  std::atomic<int64_t> unsent_{0};
  std::atomic<bool> failed_{false};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Error> failure_;
  bool stopping_ = false;
  std::vector<Lane> lanes_;
};

}  // namespace millrace
