// BackgroundRead: reads a lookup table on a thread of its own.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>

#include "base/result.h"
#include "types/batch.h"

namespace millrace {

class BackgroundRead {
 public:
  // `wake` is called on the thread when isDone() has become true. Destroying this asks `read` to
  // stop and waits for it.
  BackgroundRead(std::function<Result<Batch>(const std::stop_token&)> read,
                 std::function<void()> wake)
      : thread_(
            [this, read = std::move(read), wake = std::move(wake)](const std::stop_token& stop) {
              result_.emplace(read(stop));
              done_.store(true, std::memory_order_release);
              wake();
            }) {}

  bool isDone() const { return done_.load(std::memory_order_acquire); }
  // Requires: isDone(). Once.
  Result<Batch> take() { return std::move(*result_); }

 private:
  std::optional<Result<Batch>> result_;
  std::atomic<bool> done_{false};
  std::jthread thread_;  // the last member: it uses the others
};

}  // namespace millrace
