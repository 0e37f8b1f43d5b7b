#include "runtime/scheduler.h"

#include <algorithm>
#include <chrono>

namespace millrace {

namespace {

constexpr int64_t kStepNanos = 10'000'000;
constexpr int64_t kSpinNanos = 50'000;

}  // namespace

void Schedulable::attach(Scheduler& scheduler, uint32_t home) {
  scheduler_ = &scheduler;
  home_ = home;
}

void Schedulable::notify() {
  // A read-modify-write even when the bits are set already: it orders the caller's writes before
  // the next step's reads.
  uint8_t before = state_.fetch_or(kScheduled | kNotified, std::memory_order_acq_rel);
  if ((before & kScheduled) == 0) scheduler_->enqueue(*this);
}

bool Scheduler::runStep(Schedulable& task, const StepBudget& budget, StepResult& result) {
  task.state_.fetch_and(static_cast<uint8_t>(~Schedulable::kNotified), std::memory_order_acq_rel);
  result = task.step(budget);
  if (result.outcome == StepOutcome::kMore) return true;
  uint8_t expected = Schedulable::kScheduled;
  return !task.state_.compare_exchange_strong(expected, 0, std::memory_order_acq_rel);
}

void Scheduler::Timers::add(Schedulable& task, int64_t millis) {
  // An earlier entry wakes the task, which then asks again.
  if (millis >= task.timerMillis_) return;
  task.timerMillis_ = millis;
  heap_.push({millis, nextOrder_++, &task});
}

std::vector<Schedulable*> Scheduler::Timers::takeDue(int64_t nowMillis) {
  std::vector<Schedulable*> due;
  while (!heap_.empty() && heap_.top().millis <= nowMillis) {
    Entry entry = heap_.top();
    heap_.pop();
    if (entry.task->timerMillis_ == entry.millis) entry.task->timerMillis_ = INT64_MAX;
    due.push_back(entry.task);
  }
  return due;
}

void Scheduler::Timers::forget(const std::set<Schedulable*>& tasks) {
  std::priority_queue<Entry> kept;
  for (; !heap_.empty(); heap_.pop()) {
    if (!tasks.contains(heap_.top().task)) kept.push(heap_.top());
  }
  heap_ = std::move(kept);
}

WorkerPool::WorkerPool(uint32_t numWorkers, Clock& clock) : clock_(clock) {
  for (uint32_t i = 0; i < std::max(1u, numWorkers); ++i) {
    workers_.push_back(std::make_unique<Worker>());
  }
}

WorkerPool::~WorkerPool() { stop(); }

void WorkerPool::start() {
  stopping_ = false;
  for (uint32_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->thread = std::thread([this, i] { work(i); });
  }
}

void WorkerPool::stop() {
  {
    std::lock_guard lock(sleepMutex_);
    stopping_ = true;
    for (auto& worker : workers_) {
      worker->awaken = true;
      worker->wakeUp.notify_one();
    }
  }
  for (auto& worker : workers_) {
    if (worker->thread.joinable()) worker->thread.join();
  }
}

void WorkerPool::enqueue(Schedulable& task) {
  push(*workers_[task.home() % workers_.size()], task);
  // The counter of queued tasks and that of sleepers are each written before the other is read, so
  // either the sleeper sees the task or we see the sleeper.
  if (numSleeping_.load(std::memory_order_seq_cst) > 0) wakeSomeone(task.home());
}

void WorkerPool::forget(const std::set<Schedulable*>& tasks) {
  for (auto& worker : workers_) {
    std::lock_guard lock(worker->mutex);
    size_t before = worker->queue.size();
    std::erase_if(worker->queue, [&](Schedulable* task) { return tasks.contains(task); });
    worker->queued.store(static_cast<uint32_t>(worker->queue.size()), std::memory_order_relaxed);
    numQueued_.fetch_sub(static_cast<uint32_t>(before - worker->queue.size()),
                         std::memory_order_seq_cst);
  }
  std::lock_guard lock(timersMutex_);
  timers_.forget(tasks);
  nextTimer_.store(timers_.next(), std::memory_order_seq_cst);
}

void WorkerPool::push(Worker& worker, Schedulable& task) {
  {
    std::lock_guard lock(worker.mutex);
    worker.queue.push_back(&task);
    worker.queued.store(static_cast<uint32_t>(worker.queue.size()), std::memory_order_relaxed);
  }
  numQueued_.fetch_add(1, std::memory_order_seq_cst);
}

Schedulable* WorkerPool::take(Worker& worker) {
  if (worker.queued.load(std::memory_order_relaxed) == 0) return nullptr;
  std::lock_guard lock(worker.mutex);
  if (worker.queue.empty()) return nullptr;
  Schedulable* task = worker.queue.front();
  worker.queue.pop_front();
  worker.queued.store(static_cast<uint32_t>(worker.queue.size()), std::memory_order_relaxed);
  numQueued_.fetch_sub(1, std::memory_order_seq_cst);
  return task;
}

Schedulable* WorkerPool::takeAny(uint32_t self) {
  for (size_t i = 0; i < workers_.size(); ++i) {
    if (Schedulable* task = take(*workers_[(self + i) % workers_.size()])) return task;
  }
  return nullptr;
}

Schedulable* WorkerPool::spin(uint32_t self) {
  // With one worker only a foreign thread could queue something: not worth the CPU.
  if (workers_.size() == 1) return nullptr;
  int64_t until = clock_.monotonicNanos() + kSpinNanos;
  while (clock_.monotonicNanos() < until && !stopping_.load(std::memory_order_relaxed)) {
    if (numQueued_.load(std::memory_order_relaxed) > 0) {
      if (Schedulable* task = takeAny(self)) return task;
    }
    std::this_thread::yield();
  }
  return nullptr;
}

void WorkerPool::sleep(uint32_t self) {
  Worker& worker = *workers_[self];
  std::unique_lock lock(sleepMutex_);
  worker.sleeping = true;
  worker.awaken = false;
  numSleeping_.fetch_add(1, std::memory_order_seq_cst);
  auto woken = [&] { return worker.awaken || stopping_.load(std::memory_order_relaxed); };
  if (numQueued_.load(std::memory_order_seq_cst) == 0 && !woken()) {
    int64_t timer = nextTimer_.load(std::memory_order_seq_cst);
    if (timer == INT64_MAX) {
      worker.wakeUp.wait(lock, woken);
    } else {
      // At most an hour, so that no sum overflows; the loop comes back here.
      int64_t millis = std::clamp<int64_t>(timer - clock_.nowMillis(), 0, 3'600'000);
      worker.wakeUp.wait_for(lock, std::chrono::milliseconds(millis), woken);
    }
  }
  worker.sleeping = false;
  numSleeping_.fetch_sub(1, std::memory_order_seq_cst);
}

void WorkerPool::wakeSomeone(uint32_t home) {
  std::lock_guard lock(sleepMutex_);
  for (size_t i = 0; i < workers_.size(); ++i) {
    Worker& worker = *workers_[(home + i) % workers_.size()];
    if (!worker.sleeping || worker.awaken) continue;
    worker.awaken = true;
    worker.wakeUp.notify_one();
    return;
  }
}

void WorkerPool::requeue(uint32_t self, Schedulable& task) {
  Worker& worker = *workers_[self];
  bool alone = worker.queued.load(std::memory_order_relaxed) == 0;
  push(worker, task);
  if (!alone && numSleeping_.load(std::memory_order_seq_cst) > 0) wakeSomeone(self + 1);
}

void WorkerPool::fireTimers() {
  int64_t next = nextTimer_.load(std::memory_order_relaxed);
  if (next == INT64_MAX) return;
  int64_t now = clock_.nowMillis();
  if (now < next) return;
  std::vector<Schedulable*> due;
  {
    std::lock_guard lock(timersMutex_);
    due = timers_.takeDue(now);
    nextTimer_.store(timers_.next(), std::memory_order_seq_cst);
  }
  for (Schedulable* task : due) task->notify();
}

void WorkerPool::work(uint32_t self) {
  Worker& worker = *workers_[self];
  while (!stopping_.load(std::memory_order_relaxed)) {
    fireTimers();
    Schedulable* task = takeAny(self);
    if (task == nullptr) task = spin(self);
    if (task == nullptr) {
      sleep(self);
      continue;
    }
    StepBudget budget;
    budget.untilNanos = clock_.monotonicNanos() + kStepNanos;
    budget.waiting = &worker.queued;
    StepResult result;
    bool again = runStep(*task, budget, result);
    // The timer is set after the task was parked. Another worker may already be stepping it; the
    // worst that happens is a wake-up too many.
    if (!again && result.wakeAtMillis != INT64_MAX) {
      std::lock_guard lock(timersMutex_);
      timers_.add(*task, result.wakeAtMillis);
      nextTimer_.store(timers_.next(), std::memory_order_seq_cst);
    }
    if (again) requeue(self, *task);
  }
}

}  // namespace millrace
