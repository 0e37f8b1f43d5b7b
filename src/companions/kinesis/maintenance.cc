#include "companions/kinesis/maintenance.h"

#include <spdlog/spdlog.h>

#include <chrono>

namespace millrace::kinesis {

namespace {

constexpr int64_t kMaintainMillis = 10'000;

void logProblem(std::string_view action, const Status& status) {
  if (status.ok()) return;
  spdlog::error("kinesis could not {}: {}", action, status.error().message());
}

}  // namespace

Maintenance::Maintenance(StreamCatalog& catalog, const KinesisOptions& options)
    : catalog_(catalog),
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
  logProblem("sync records", catalog_.sync());
}

void Maintenance::run() {
  int64_t sinceMaintained = 0;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait_for(lock, std::chrono::milliseconds(syncIntervalMillis_));
    if (stopping_) return;
    lock.unlock();
    logProblem("sync records", catalog_.sync());
    sinceMaintained += syncIntervalMillis_;
    if (sinceMaintained >= kMaintainMillis) {
      sinceMaintained = 0;
      logProblem("maintain streams", catalog_.maintain());
    }
    lock.lock();
  }
}

}  // namespace millrace::kinesis
