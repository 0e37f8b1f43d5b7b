#include "connectors/kinesis/stream_consumer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "connectors/kinesis/aggregated_record.h"

namespace millrace {

namespace {

// An answer is not asked to be larger than about this, whatever the limit of records.
constexpr double kMostAnswerBytes = 4.0 * (1 << 20);
// What Kinesis grants a shard: bytes per second.
constexpr double kShardBytesPerSecond = 2.0 * (1 << 20);
// A clock that runs ahead of the service's by less than this is waited for.
constexpr int64_t kClockToleranceMillis = 60'000;

int64_t backoffMillis(const CallRetries& retries, int attempt) {
  double delay = static_cast<double>(retries.baseMillis) * std::pow(retries.factor, attempt);
  return static_cast<int64_t>(std::min(delay, static_cast<double>(retries.maxMillis)));
}

}  // namespace

StreamConsumer::StreamConsumer(KinesisSourceOptions options, KinesisClientPtr client, Env& env,
                               uint32_t parallelism, size_t threads)
    : options_(options),
      client_(std::move(client)),
      env_(env),
      createdAtMillis_(env.clock().nowMillis()),
      registry_(parallelism),
      readers_(parallelism) {
  for (size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { runThread(); });
}

StreamConsumer::~StreamConsumer() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  client_->cancel();
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Status StreamConsumer::restore(const std::vector<std::string>& elements) {
  std::lock_guard lock(mutex_);
  if (std::exchange(restored_, true)) return {};
  std::vector<std::string> shards;
  for (const std::string& element : elements) {
    constexpr std::string_view kStarted = "started\t";
    if (element.starts_with(kStarted)) {
      ShardPosition start = TRY(parsePosition(std::string_view(element).substr(kStarted.size())));
      createdAtMillis_ = start.timestampMillis;
    } else {
      shards.push_back(element);
    }
  }
  return registry_.restore(shards);
}

void StreamConsumer::attach(uint32_t reader, std::function<void()> wake,
                            std::atomic<int64_t>* behind) {
  std::lock_guard lock(mutex_);
  readers_[reader].behind = behind;
  readers_[reader].attached = true;
  readers_[reader].wake = std::move(wake);
  if (++numAttached_ == readers_.size()) discoveryDue_ = now();
  changed_.notify_all();
}

void StreamConsumer::detach(uint32_t reader) {
  std::lock_guard lock(mutex_);
  readers_[reader].wake = nullptr;
  readers_[reader].behind = nullptr;
}

Result<std::unique_ptr<ShardFetch>> StreamConsumer::take(uint32_t reader) {
  std::lock_guard lock(mutex_);
  if (failure_) return Error(*failure_);
  std::deque<std::unique_ptr<ShardFetch>>& inbox = readers_[reader].inbox;
  if (inbox.empty()) return std::unique_ptr<ShardFetch>();
  std::unique_ptr<ShardFetch> fetch = std::move(inbox.front());
  inbox.pop_front();
  bool wasFull = !mayPoll();
  waitingBytes_ -= fetch->byteSize;
  auto poll = polls_.find(fetch->shardId);
  if (!fetch->ended && poll != polls_.end()) {
    schedule(*poll->second, std::max(now(), poll->second->startedAt + options_.pollIntervalMillis));
  }
  if (wasFull) changed_.notify_all();
  return fetch;
}

void StreamConsumer::finishShard(const std::string& shardId) {
  std::lock_guard lock(mutex_);
  registry_.finish(shardId, now());
  polls_.erase(shardId);
  beginShards();
  // Its children are there now, if they were not before.
  discoveryDue_ = std::min(discoveryDue_, now());
  changed_.notify_one();
}

bool StreamConsumer::knowsShards() {
  std::lock_guard lock(mutex_);
  return !registry_.empty() && numAttached_ == readers_.size();
}

std::vector<std::string> StreamConsumer::shardsOf(uint32_t reader) {
  std::lock_guard lock(mutex_);
  std::vector<std::string> shards;
  for (const auto& [id, poll] : polls_) {
    if (poll->owner == reader) shards.push_back(id);
  }
  return shards;
}

std::vector<std::string> StreamConsumer::snapshot(
    uint32_t reader, uint64_t checkpointId, const std::map<std::string, ShardPosition>& positions) {
  std::lock_guard lock(mutex_);
  registry_.noteSnapshot(reader, checkpointId);
  std::vector<std::string> elements = registry_.state(reader, positions);
  // Before the shards are known, LATEST is where the job has begun.
  if (reader == 0 && registry_.empty()) {
    elements.push_back("started\t" + positionText(ShardPosition::atTimestamp(createdAtMillis_)));
  }
  beginShards();
  return elements;
}

void StreamConsumer::noteComplete(uint64_t checkpointId) {
  std::lock_guard lock(mutex_);
  registry_.noteComplete(checkpointId);
  beginShards();
}

// With the lock.
void StreamConsumer::noteBehind(uint32_t reader) {
  if (readers_[reader].behind == nullptr) return;
  int64_t behind = -1;
  for (const auto& [id, poll] : polls_) {
    if (poll->owner == reader) behind = std::max(behind, poll->millisBehindLatest);
  }
  readers_[reader].behind->store(behind, std::memory_order_relaxed);
}

void StreamConsumer::schedule(Poll& poll, int64_t at) {
  due_.emplace(at, &poll);
  changed_.notify_one();
}

int64_t StreamConsumer::waitMillis() const {
  int64_t next = discovering_ ? INT64_MAX : discoveryDue_;
  if (!due_.empty() && mayPoll()) next = std::min(next, due_.begin()->first);
  constexpr int64_t kLongest = 1000;
  return std::clamp<int64_t>(next == INT64_MAX ? kLongest : next - now(), 0, kLongest);
}

void StreamConsumer::runThread() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      if (stopping_) return;
      int64_t wait = failure_ ? 1000 : waitMillis();
      if (wait > 0) changed_.wait_for(lock, std::chrono::milliseconds(wait));
      if (stopping_) return;
    }
    while (runOne()) {
    }
  }
}

bool StreamConsumer::runOne() {
  std::unique_lock lock(mutex_);
  if (stopping_ || failure_) return false;
  if (!discovering_ && discoveryDue_ <= now()) {
    discovering_ = true;
    lock.unlock();
    discover();
    return true;
  }
  if (due_.empty() || !mayPoll() || due_.begin()->first > now()) return false;
  Poll& next = *due_.begin()->second;
  due_.erase(due_.begin());
  next.startedAt = now();
  lock.unlock();
  poll(next);
  return true;
}

std::optional<std::vector<KinesisShard>> StreamConsumer::list(const ShardListing& listing) {
  KinesisReply<std::vector<KinesisShard>> listed = client_->listShards(listing);
  if (listed.ok()) {
    discoveryFailures_ = 0;
    return std::move(listed.value());
  }
  KinesisProblem problem = listed.error().problem;
  // A start before the oldest record is a start at the oldest record, as in Flink.
  if (problem == KinesisProblem::kInvalidArgument &&
      listing.from == ShardListing::From::kTimestamp) {
    bool isLatest = options_.start == InitialPosition::kLatest;
    return list({isLatest ? ShardListing::From::kLatest : ShardListing::From::kTrimHorizon, 0});
  }
  bool mayHelp = problem == KinesisProblem::kThrottled || problem == KinesisProblem::kTransient;
  if (mayHelp && (++discoveryFailures_ <= options_.listRetries.attempts ||
                  options_.retriesForever || problem == KinesisProblem::kThrottled)) {
    return std::nullopt;
  }
  fail(listed.error().error);
  return std::nullopt;
}

void StreamConsumer::discoverFirst() {
  // All shards first: what is made between the two calls is in the second list.
  std::optional<std::vector<KinesisShard>> all = list({});
  if (!all) return;
  ShardPosition start;
  ShardListing listing{ShardListing::From::kTrimHorizon, 0};
  if (options_.start != InitialPosition::kTrimHorizon) {
    bool isLatest = options_.start == InitialPosition::kLatest;
    start = ShardPosition::atTimestamp(isLatest ? createdAtMillis_ : options_.startMillis);
    listing = {ShardListing::From::kTimestamp, start.timestampMillis};
  }
  std::optional<std::vector<KinesisShard>> wanted = list(listing);
  if (!wanted) return;
  std::lock_guard lock(mutex_);
  for (KinesisShard& shard : *wanted) registry_.add(std::move(shard), start);
  for (KinesisShard& shard : *all) {
    if (!registry_.knows(shard.id)) registry_.addFinished(std::move(shard));
  }
  beginShards();
}

void StreamConsumer::discover() {
  bool isFirst;
  {
    std::lock_guard lock(mutex_);
    isFirst = registry_.empty();
  }
  if (isFirst) {
    discoverFirst();
  } else if (std::optional<std::vector<KinesisShard>> all = list({})) {
    std::lock_guard lock(mutex_);
    registry_.keepOnly(*all);
    // What was not there before comes from a split or merge: all of it is new.
    for (KinesisShard& shard : *all) {
      if (!registry_.knows(shard.id)) registry_.add(std::move(shard), ShardPosition());
    }
    beginShards();
  }
  std::lock_guard lock(mutex_);
  discovering_ = false;
  int64_t wait = options_.discoveryMillis;
  if (discoveryFailures_ > 0) {
    wait = backoffMillis(options_.listRetries, discoveryFailures_ - 1);
  }
  discoveryDue_ = now() + wait;
  changed_.notify_all();
}

void StreamConsumer::beginShards() {
  if (numAttached_ < readers_.size()) return;
  for (const ShardRegistry::Shard* shard : registry_.assign(now())) {
    auto poll = std::make_unique<Poll>();
    poll->shardId = shard->info.id;
    poll->owner = shard->owner;
    poll->next = shard->start;
    poll->startingHashKey = shard->info.startingHashKey;
    poll->endingHashKey = shard->info.endingHashKey;
    Poll& added = *poll;
    polls_[shard->info.id] = std::move(poll);
    schedule(added, now());
  }
}

int StreamConsumer::recordLimit(const Poll& poll) const {
  double limit = options_.maxRecords;
  if (poll.recordBytes > 0) {
    double most = kMostAnswerBytes;
    if (options_.adaptiveReads) {
      double perSecond =
          1000.0 / static_cast<double>(std::max<int64_t>(1, options_.pollIntervalMillis));
      most = std::min(most, kShardBytesPerSecond / perSecond);
    }
    limit = std::min(limit, most / poll.recordBytes);
  }
  return std::max(1, static_cast<int>(limit));
}

bool StreamConsumer::findIterator(Poll& poll) {
  if (!poll.iterator.empty()) return true;
  KinesisReply<std::string> found = client_->getShardIterator(poll.shardId, poll.next);
  if (!found.ok()) {
    handle(poll, found.error(), options_.iteratorRetries);
    return false;
  }
  poll.iterator = std::move(found.value());
  return true;
}

// A shard that is being polled has no other user until it is scheduled or delivered.
void StreamConsumer::poll(Poll& poll) {
  if (!findIterator(poll)) return;
  KinesisReply<KinesisRecords> got = client_->getRecords(poll.iterator, recordLimit(poll));
  if (!got.ok()) {
    handle(poll, got.error(), options_.pollRetries);
    return;
  }
  poll.throttles = 0;
  poll.failures = 0;
  deliver(poll, std::move(got.value()));
}

void StreamConsumer::handle(Poll& poll, const KinesisError& error, const CallRetries& retries) {
  std::unique_lock lock(mutex_);
  if (stopping_) return;
  switch (error.problem) {
    case KinesisProblem::kExpiredIterator:
      poll.iterator.clear();
      schedule(poll, now());
      return;
    case KinesisProblem::kThrottled:
      schedule(poll, now() + backoffMillis(retries, poll.throttles++));
      return;
    case KinesisProblem::kNotFound:
      // All its records are older than the stream keeps them: it is over, as in Flink.
      lock.unlock();
      deliver(poll, KinesisRecords());
      return;
    case KinesisProblem::kTransient:
      break;
    case KinesisProblem::kInvalidArgument: {
      int64_t ahead = poll.next.timestampMillis - env_.clock().nowMillis();
      bool isOurClock = poll.next.kind == ShardPosition::Kind::kTimestamp &&
                        ahead > -kClockToleranceMillis &&
                        options_.start == InitialPosition::kLatest;
      if (isOurClock) break;
      lock.unlock();
      return fail(error.error);
    }
    case KinesisProblem::kFatal:
      lock.unlock();
      return fail(error.error);
  }
  if (poll.failures++ < retries.attempts || options_.retriesForever) {
    schedule(poll, now() + backoffMillis(retries, poll.failures));
    return;
  }
  lock.unlock();
  fail(error.error);
}

void StreamConsumer::expand(const Poll& poll, ShardFetch& fetch) const {
  std::vector<DeaggregatedRecord> users;
  for (uint32_t i = 0; i < fetch.records.size(); ++i) {
    const KinesisRecord& record = fetch.records[i];
    fetch.byteSize += record.data.size() + record.partitionKey.size() + sizeof(KinesisRecord);
    if (!options_.deaggregation || !readAggregatedRecord(record.data, users)) {
      fetch.messages.push_back({record.data, i, -1, true});
      continue;
    }
    bool resumes = poll.next.kind == ShardPosition::Kind::kInside &&
                   poll.next.sequenceNumber == record.sequenceNumber;
    size_t before = fetch.messages.size();
    for (size_t sub = 0; sub < users.size(); ++sub) {
      HashKey key = hashKeyOf(users[sub]);
      if (key < poll.startingHashKey || key > poll.endingHashKey) continue;
      if (resumes && static_cast<int64_t>(sub) <= poll.next.subSequence) continue;
      fetch.messages.push_back({users[sub].data, i, static_cast<int64_t>(sub), false});
    }
    if (fetch.messages.size() > before) fetch.messages.back().endsRecord = true;
  }
}

void StreamConsumer::deliver(Poll& poll, KinesisRecords got) {
  auto fetch = std::make_unique<ShardFetch>();
  fetch->shardId = poll.shardId;
  fetch->records = std::move(got.records);
  fetch->ended = got.nextIterator.empty();
  expand(poll, *fetch);
  if (!fetch->records.empty()) {
    poll.next = ShardPosition::after(fetch->records.back().sequenceNumber);
    poll.recordBytes =
        static_cast<double>(fetch->byteSize) / static_cast<double>(fetch->records.size());
  }
  poll.iterator = std::move(got.nextIterator);
  std::lock_guard lock(mutex_);
  poll.millisBehindLatest = got.millisBehindLatest;
  noteBehind(poll.owner);
  if (fetch->records.empty() && !fetch->ended) {
    // An empty answer far from the end is Kinesis passing over a gap: go on.
    bool isBehind = got.millisBehindLatest > 0;
    schedule(poll,
             poll.startedAt + (isBehind ? options_.pollIntervalMillis : options_.emptyMillis));
    return;
  }
  waitingBytes_ += fetch->byteSize;
  Reader& reader = readers_[poll.owner];
  reader.inbox.push_back(std::move(fetch));
  if (reader.wake) reader.wake();
}

void StreamConsumer::fail(Error error) {
  std::lock_guard lock(mutex_);
  if (stopping_ || failure_) return;
  failure_ = std::move(error);
  for (Reader& reader : readers_) {
    if (reader.wake) reader.wake();
  }
}

}  // namespace millrace
