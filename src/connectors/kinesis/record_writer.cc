#include "connectors/kinesis/record_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace millrace {

namespace {

// More would not be faster, and each is a thread and a connection.
constexpr int kMostLanes = 4;
// Of one PutRecords, keys included.
constexpr size_t kMaxRequestBytes = 5 << 20;
constexpr int64_t kFirstWaitMillis = 100;
constexpr int64_t kLongestWaitMillis = 5000;

bool mayHelp(KinesisProblem problem) {
  return problem == KinesisProblem::kThrottled || problem == KinesisProblem::kTransient;
}

}  // namespace

RecordWriter::RecordWriter(KinesisSinkOptions options, KinesisClientPtr client, Env& env,
                           std::function<void()> wake)
    : options_(options),
      client_(std::move(client)),
      env_(env),
      wake_(std::move(wake)),
      lanes_(static_cast<size_t>(std::min(options_.maxInFlight, kMostLanes))) {}

RecordWriter::~RecordWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  client_->cancel();
  changed_.notify_all();
  for (Lane& lane : lanes_) {
    if (lane.thread.joinable()) lane.thread.join();
  }
}

Error RecordWriter::failure() const {
  std::lock_guard lock(mutex_);
  return *failure_;
}

void RecordWriter::add(std::vector<KinesisPut> records) {
  unsent_.fetch_add(static_cast<int64_t>(records.size()), std::memory_order_acq_rel);
  {
    std::lock_guard lock(mutex_);
    int64_t time = now();
    for (KinesisPut& record : records) {
      size_t hash = std::hash<std::string>()(record.partitionKey);
      Lane& lane = lanes_[hash % lanes_.size()];
      lane.bytes += record.byteSize();
      lane.queue.push_back({std::move(record), time});
      if (!lane.thread.joinable()) lane.thread = std::thread([this, &lane] { runLane(lane); });
    }
  }
  changed_.notify_all();
}

void RecordWriter::flush() {
  {
    std::lock_guard lock(mutex_);
    for (Lane& lane : lanes_) lane.flushing = lane.queue.size();
  }
  changed_.notify_all();
}

bool RecordWriter::isDue(const Lane& lane) const {
  if (lane.queue.empty()) return false;
  return lane.flushing > 0 || lane.queue.size() >= static_cast<size_t>(options_.maxBatch) ||
         lane.bytes >= static_cast<size_t>(options_.maxBatchBytes) ||
         unsent_.load(std::memory_order_relaxed) >= options_.maxBuffered ||
         now() - lane.queue.front().since >= options_.flushMillis;
}

std::vector<KinesisPut> RecordWriter::takeBatch(Lane& lane) {
  std::vector<KinesisPut> batch;
  size_t bytes = 0;
  while (!lane.queue.empty() && batch.size() < static_cast<size_t>(options_.maxBatch)) {
    size_t size = lane.queue.front().put.byteSize();
    if (!batch.empty() && bytes + size > kMaxRequestBytes) break;
    bytes += size;
    batch.push_back(std::move(lane.queue.front().put));
    lane.queue.pop_front();
  }
  lane.bytes -= bytes;
  lane.flushing -= std::min(lane.flushing, batch.size());
  return batch;
}

void RecordWriter::runLane(Lane& lane) {
  std::unique_lock lock(mutex_);
  while (!stopping_ && !failure_) {
    if (!isDue(lane)) {
      int64_t wait = 1000;
      if (!lane.queue.empty()) {
        wait =
            std::clamp<int64_t>(lane.queue.front().since + options_.flushMillis - now(), 1, wait);
      }
      changed_.wait_for(lock, std::chrono::milliseconds(wait));
      continue;
    }
    std::vector<KinesisPut> batch = takeBatch(lane);
    lock.unlock();
    KinesisReply<std::vector<KinesisPutResult>> reply = client_->putRecords(batch);
    lock.lock();
    if (stopping_) return;
    int64_t wait = settle(lane, std::move(batch), reply);
    if (wait > 0) {
      changed_.wait_for(lock, std::chrono::milliseconds(wait), [&] { return stopping_; });
    }
  }
}

int64_t RecordWriter::putBack(Lane& lane, std::vector<KinesisPut> records) {
  int64_t time = now();
  lane.flushing += records.size();
  for (size_t i = records.size(); i-- > 0;) {
    lane.bytes += records[i].byteSize();
    lane.queue.push_front({std::move(records[i]), time});
  }
  int64_t wait = kFirstWaitMillis << std::min(lane.failures++, 6);
  // Half of it by chance, so that many writers do not come back together.
  wait = std::min(wait, kLongestWaitMillis);
  return wait / 2 +
         static_cast<int64_t>(env_.random().next() % static_cast<uint64_t>(wait / 2 + 1));
}

int64_t RecordWriter::settle(Lane& lane, std::vector<KinesisPut> sent,
                             const KinesisReply<std::vector<KinesisPutResult>>& reply) {
  if (!reply.ok()) {
    if (!options_.failOnError && mayHelp(reply.error().problem)) {
      return putBack(lane, std::move(sent));
    }
    fail(reply.error().error);
    return 0;
  }
  const std::vector<KinesisPutResult>& results =
      const_cast<KinesisReply<std::vector<KinesisPutResult>>&>(reply).value();
  std::vector<KinesisPut> refused;
  for (size_t i = 0; i < sent.size() && i < results.size(); ++i) {
    if (results[i].errorCode.empty()) continue;
    if (options_.failOnError) {
      fail(Error(ErrorKind::kIo, fmt::format("a record was refused: {}: {}", results[i].errorCode,
                                             results[i].errorMessage))
               .withHint("Leave 'sink.fail-on-error' out to send refused records again."));
      return 0;
    }
    refused.push_back(std::move(sent[i]));
  }
  int64_t arrived = static_cast<int64_t>(sent.size() - refused.size());
  bool wasReady = isReady();
  int64_t left = unsent_.fetch_sub(arrived, std::memory_order_acq_rel) - arrived;
  if (left == 0 || (!wasReady && isReady())) wake_();
  if (arrived > 0) lane.failures = 0;
  return refused.empty() ? 0 : putBack(lane, std::move(refused));
}

void RecordWriter::fail(Error error) {
  if (failure_) return;
  failure_ = std::move(error);
  failed_.store(true, std::memory_order_release);
  wake_();
  changed_.notify_all();
}

}  // namespace millrace
