#include "server/request_body.h"

#include <algorithm>
#include <cstring>

namespace millrace {

namespace {

constexpr size_t kEnough = 256 << 10;
constexpr size_t kLow = 64 << 10;

}  // namespace

Result<size_t> RequestBody::read(char* data, size_t size) {
  std::unique_lock lock(mutex_);
  while (true) {
    size_t available = buffer_.size() - taken_;
    if (paused_ && !ended_ && !failure_ && available < kLow) {
      paused_ = false;
      lock.unlock();
      resume_();
      lock.lock();
      continue;
    }
    // What came before a failure is not handed out: nobody may take it for the whole.
    if (failure_) return *failure_;
    if (available > 0 || ended_ || size == 0) break;
    changed_.wait(lock);
  }
  size_t count = std::min(size, buffer_.size() - taken_);
  std::memcpy(data, buffer_.data() + taken_, count);
  taken_ += count;
  delivered_ += count;
  if (taken_ == buffer_.size()) {
    buffer_.clear();
    taken_ = 0;
  }
  return count;
}

std::optional<uint64_t> RequestBody::remaining() const {
  std::lock_guard lock(mutex_);
  if (!length_) return {};
  return *length_ - std::min(delivered_, *length_);
}

bool RequestBody::push(std::string_view bytes) {
  std::lock_guard lock(mutex_);
  buffer_.append(bytes);
  changed_.notify_one();
  paused_ = buffer_.size() - taken_ >= kEnough;
  return !paused_;
}

void RequestBody::end() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_one();
}

void RequestBody::fail(Error error) {
  std::lock_guard lock(mutex_);
  if (ended_ || failure_) return;
  failure_ = std::move(error);
  changed_.notify_one();
}

}  // namespace millrace
