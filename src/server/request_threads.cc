#include "server/request_threads.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>

namespace millrace {

namespace {

constexpr std::chrono::seconds kIdle{10};

class ElasticPool final : public RequestThreads {
 public:
  ElasticPool(int minThreads, int maxThreads) : min_(minThreads), max_(maxThreads) {}

  ~ElasticPool() override { stop(); }

  void stop() override {
    std::list<std::thread> threads;
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
      threads.swap(threads_);
      threads.splice(threads.end(), ended_);
    }
    changed_.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  void submit(std::function<void()> work) override {
    std::list<std::thread> ended;
    {
      std::lock_guard lock(mutex_);
      queue_.push_back(std::move(work));
      if (queue_.size() > static_cast<size_t>(idle_) && running_ < max_) {
        ++running_;
        threads_.emplace_back();
        auto place = std::prev(threads_.end());
        *place = std::thread([this, place] { run(place); });
      }
      ended.swap(ended_);
    }
    changed_.notify_one();
    for (std::thread& thread : ended) thread.join();
  }

  int64_t numThreads() const override {
    std::lock_guard lock(mutex_);
    return running_;
  }

 private:
  using Place = std::list<std::thread>::iterator;

  void run(Place place) {
    std::unique_lock lock(mutex_);
    while (true) {
      ++idle_;
      bool woken = changed_.wait_for(lock, kIdle, [&] { return stopping_ || !queue_.empty(); });
      --idle_;
      if (!queue_.empty()) {
        std::function<void()> work = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        work();
        work = nullptr;
        lock.lock();
        continue;
      }
      if (stopping_) return;
      if (!woken && running_ > min_) break;
    }
    // A thread cannot join itself: the next submit, or the destructor, does.
    --running_;
    ended_.splice(ended_.end(), threads_, place);
  }

  const int min_;
  const int max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::list<std::thread> threads_;
  std::list<std::thread> ended_;
  int running_ = 0;
  int idle_ = 0;
  bool stopping_ = false;
};

}  // namespace

std::unique_ptr<RequestThreads> makeRequestThreads(int minThreads, int maxThreads) {
  return std::make_unique<ElasticPool>(minThreads, maxThreads);
}

}  // namespace millrace
