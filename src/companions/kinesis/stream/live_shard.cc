#include "companions/kinesis/stream/live_shard.h"

namespace millrace::kinesis {

namespace {

// What a shard grants per second.
constexpr double kWrittenRecords = 1000;
constexpr double kWrittenBytes = 1 << 20;
constexpr double kReadCalls = 5;
constexpr double kReadBytes = 2 << 20;

}  // namespace

LiveShard::LiveShard(FileSystem& files, CacheBudget& budget, const KinesisOptions& options,
                     const ShardDefinition& definition, std::string directory)
    : index(definition.index),
      id(definition.id()),
      files_(files),
      budget_(budget),
      definition_(definition),
      directory_(std::move(directory)),
      writtenRecords_(kWrittenRecords * options.throttling),
      writtenBytes_(kWrittenBytes * options.throttling),
      readCalls_(kReadCalls * options.throttling),
      readBytes_(kReadBytes * options.throttling) {}

Result<ShardLog*> LiveShard::log() {
  if (ShardLog* opened = openedLog()) return opened;
  std::lock_guard lock(openMutex_);
  if (owned_ == nullptr) {
    owned_ = TRY(ShardLog::open(files_, budget_, directory_, index, {}));
    log_.store(owned_.get(), std::memory_order_release);
  }
  return owned_.get();
}

bool LiveShard::allowsWrite(size_t bytes, int64_t nowNanos) {
  std::lock_guard lock(throttleMutex_);
  auto amount = static_cast<double>(bytes);
  if (!writtenRecords_.allows(1, nowNanos) || !writtenBytes_.allows(amount, nowNanos)) return false;
  writtenRecords_.use(1);
  writtenBytes_.use(amount);
  return true;
}

bool LiveShard::allowsRead(int64_t nowNanos) {
  std::lock_guard lock(throttleMutex_);
  // An answer of 10 MiB is paid for by the five seconds after it.
  if (!readCalls_.allows(1, nowNanos) || !readBytes_.isPositive(nowNanos)) return false;
  readCalls_.use(1);
  return true;
}

void LiveShard::countRead(size_t bytes) {
  std::lock_guard lock(throttleMutex_);
  readBytes_.use(static_cast<double>(bytes));
}

}  // namespace millrace::kinesis
