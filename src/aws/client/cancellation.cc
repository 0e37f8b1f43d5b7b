#include "aws/client/cancellation.h"

#include <chrono>

namespace millrace {

void Cancellation::cancel() {
  {
    std::lock_guard lock(mutex_);
    cancelled_.store(true, std::memory_order_release);
  }
  changed_.notify_all();
}

bool Cancellation::wait(int64_t micros) {
  std::unique_lock lock(mutex_);
  return !changed_.wait_for(lock, std::chrono::microseconds(micros),
                            [this] { return isCancelled(); });
}

}  // namespace millrace
