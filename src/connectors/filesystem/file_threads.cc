#include "connectors/filesystem/file_threads.h"

#include <algorithm>
#include <utility>

namespace millrace {

FileThreads::FileThreads(size_t numThreads, std::function<void()> wake)
    : wake_(std::move(wake)), lanes_(std::max<size_t>(1, numThreads)) {}

FileThreads::~FileThreads() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (Lane& lane : lanes_) {
    if (lane.thread.joinable()) lane.thread.join();
  }
}

void FileThreads::run(std::string_view key, size_t bytes, Action action) {
  unfinished_.fetch_add(1, std::memory_order_acq_rel);
  bytes_.fetch_add(bytes, std::memory_order_acq_rel);
  {
    std::lock_guard lock(mutex_);
    Lane& lane = lanes_[std::hash<std::string_view>()(key) % lanes_.size()];
    lane.queue.push_back({bytes, std::move(action)});
    if (!lane.thread.joinable()) lane.thread = std::thread([this, &lane] { runLane(lane); });
  }
  changed_.notify_all();
}

bool FileThreads::isDone() const {
  return unfinished_.load(std::memory_order_acquire) == 0 && !hasFailed();
}

Error FileThreads::failure() const {
  std::lock_guard lock(mutex_);
  return *failure_;
}

void FileThreads::runLane(Lane& lane) {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || (!lane.queue.empty() && !failure_); });
    if (stopping_) return;
    Waiting next = std::move(lane.queue.front());
    lane.queue.pop_front();
    lock.unlock();
    Status status = next.action();
    next.action = nullptr;
    if (!status.ok()) fail(std::move(status).error());
    bytes_.fetch_sub(next.bytes, std::memory_order_acq_rel);
    unfinished_.fetch_sub(1, std::memory_order_acq_rel);
    // Without the lock: whoever is woken may ask for more at once.
    wake_();
    lock.lock();
  }
}

void FileThreads::fail(Error error) {
  std::lock_guard lock(mutex_);
  if (!failure_) failure_ = std::move(error);
  failed_.store(true, std::memory_order_release);
}

}  // namespace millrace
