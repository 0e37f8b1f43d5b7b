// Scheduling: tasks are stepped cooperatively by whoever owns the Scheduler: a fixed set of worker
// threads (WorkerPool) or the simulation's single thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <queue>
#include <set>
#include <thread>
#include <vector>

#include "env/env.h"

namespace millrace {

class Scheduler;

// How long one step may last: it ends at the first of these.
struct StepBudget {
  int64_t untilNanos = INT64_MAX;  // monotonic clock
  uint32_t maxBatches = UINT32_MAX;
  // Tasks that wait for the same worker, nullptr = unknown. A step that has handed over results
  // ends early when somebody waits, so that the results are consumed while they are in the cache.
  const std::atomic<uint32_t>* waiting = nullptr;
};

enum class StepOutcome : uint8_t {
  kMore,  // step again
  kPark,  // nothing to do until notify() or wakeAtMillis
};

struct StepResult {
  StepOutcome outcome = StepOutcome::kPark;
  int64_t wakeAtMillis = INT64_MAX;  // kPark: wall clock
};

// Something that is stepped, by one thread at a time.
class Schedulable {
 public:
  virtual ~Schedulable() = default;
  virtual StepResult step(const StepBudget& budget) = 0;

  // Makes it runnable. Callable from any thread; what the caller wrote before is visible to the
  // next step. Cheap when it is runnable already.
  void notify();

  // Called once; then the scheduler is given the task for the first time with enqueue(). home = the
  // worker that steps it when possible. A notify() before that is kept.
  void attach(Scheduler& scheduler, uint32_t home);
  uint32_t home() const { return home_; }

 private:
  friend class Scheduler;
  static constexpr uint8_t kScheduled = 1;  // queued or being stepped
  static constexpr uint8_t kNotified = 2;   // something happened since the step began

  Scheduler* scheduler_ = nullptr;
  uint32_t home_ = 0;
  std::atomic<uint8_t> state_{kScheduled};
  int64_t timerMillis_ = INT64_MAX;  // guarded by the scheduler's timers
};

class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // The task has just become runnable.
  virtual void enqueue(Schedulable& task) = 0;
  // Drops all that refers to these tasks, which may be destroyed already. Requires: nothing is
  // being stepped.
  virtual void forget(const std::set<Schedulable*>& tasks) = 0;

 protected:
  // Steps the task; true when it is to be queued again.
  static bool runStep(Schedulable& task, const StepBudget& budget, StepResult& result);

  // Wake-ups at a time. Not thread-safe.
  class Timers {
   public:
    void add(Schedulable& task, int64_t millis);
    int64_t next() const { return heap_.empty() ? INT64_MAX : heap_.top().millis; }
    // Removes those due; the caller notifies them.
    std::vector<Schedulable*> takeDue(int64_t nowMillis);
    void forget(const std::set<Schedulable*>& tasks);

   private:
    struct Entry {
      int64_t millis;
      uint64_t order;
      Schedulable* task;
      bool operator<(const Entry& other) const {
        return millis != other.millis ? millis > other.millis : order > other.order;
      }
    };
    std::priority_queue<Entry> heap_;
    uint64_t nextOrder_ = 0;
  };
};

// Worker threads with a queue each. A worker whose queue is empty takes the oldest task of another
// queue, looks again for at most 50 microseconds, then sleeps until something is queued or a timer
// is due.
class WorkerPool final : public Scheduler {
 public:
  WorkerPool(uint32_t numWorkers, Clock& clock);
  ~WorkerPool() override;  // stops

  // May be called again after stop().
  void start();
  // Lets the running steps end and joins the threads. Afterwards nothing is stepped.
  void stop();
  void enqueue(Schedulable& task) override;
  void forget(const std::set<Schedulable*>& tasks) override;

 private:
  struct alignas(64) Worker {
    std::mutex mutex;
    std::deque<Schedulable*> queue;   // guarded by mutex
    std::atomic<uint32_t> queued{0};  // size of queue
    std::condition_variable wakeUp;   // with sleepMutex_
    bool sleeping = false;            // guarded by sleepMutex_
    bool awaken = false;              // guarded by sleepMutex_
    std::thread thread;
  };

  void work(uint32_t self);
  void push(Worker& worker, Schedulable& task);
  Schedulable* take(Worker& worker);
  Schedulable* takeAny(uint32_t self);
  Schedulable* spin(uint32_t self);
  void sleep(uint32_t self);
  void wakeSomeone(uint32_t home);
  void requeue(uint32_t self, Schedulable& task);
  void fireTimers();

  Clock& clock_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<bool> stopping_{false};
  std::atomic<uint32_t> numQueued_{0};
  std::atomic<uint32_t> numSleeping_{0};
  std::mutex sleepMutex_;

  std::mutex timersMutex_;
  Timers timers_;                              // guarded by timersMutex_
  std::atomic<int64_t> nextTimer_{INT64_MAX};  // timers_.next()
};

}  // namespace millrace
