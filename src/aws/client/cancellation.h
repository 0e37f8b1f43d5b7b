// Cancellation: ends calls early. A connector gives one to its clients and cancels it when it
// closes, so that no thread of it waits for the network any longer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace millrace {

// Thread-safe.
class Cancellation {
 public:
  virtual ~Cancellation() = default;

  void cancel();
  bool isCancelled() const { return cancelled_.load(std::memory_order_acquire); }

  // Waits; returns false at once when cancelled. Tests replace it by a virtual clock.
  virtual bool wait(int64_t micros);

 private:
  std::atomic<bool> cancelled_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace millrace
