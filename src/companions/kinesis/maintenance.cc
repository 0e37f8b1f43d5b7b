#include "companions/kinesis/maintenance.h"

#include <chrono>

namespace millrace::kinesis {

namespace {

constexpr int64_t kMaintainMillis = 10'000;

}  // namespace

Maintenance::Maintenance(StreamCatalog& catalog, Log& log, const KinesisOptions& options)
    : catalog_(catalog),
      log_(log),
      syncIntervalMillis_(options.syncIntervalMillis),
      thread_([this] { run(); }) {}

Maintenance::~Maintenance() { stop(); }

void Maintenance::stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  report("records of kinesis could not be synced", catalog_.sync());
}

void Maintenance::report(std::string_view problem, const Status& status) {
  if (!status.ok()) log_.error(problem, {{"cause", status.error().describe()}});
}

void Maintenance::run() {
  int64_t sinceMaintained = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, std::chrono::milliseconds(syncIntervalMillis_));
    if (stopping_) return;
    lock.unlock();
    report("records of kinesis could not be synced", catalog_.sync());
    sinceMaintained += syncIntervalMillis_;
    if (sinceMaintained >= kMaintainMillis) {
      sinceMaintained = 0;
      report("streams of kinesis could not be maintained", catalog_.maintain());
    }
    lock.lock();
  }
}

}  // namespace millrace::kinesis
