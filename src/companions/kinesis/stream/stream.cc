#include "companions/kinesis/stream/stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace millrace::kinesis {

LiveShardPtr StreamView::findShard(uint32_t index) const {
  const ShardDefinition* found = definition.findShard(index);
  if (found == nullptr) return nullptr;
  return shards[static_cast<size_t>(found - definition.shards.data())];
}

size_t StreamView::routeOf(HashKeyValue key) const {
  auto after = std::partition_point(route.begin(), route.end(), [&](size_t shard) {
    return definition.shards[shard].range.first <= key;
  });
  CHECK(after != route.begin());
  return *std::prev(after);
}

Stream::Stream(Env& env, CacheBudget& budget, const KinesisOptions& options, std::string directory,
               StreamDefinition definition)
    : env_(env), budget_(budget), options_(options), directory_(std::move(directory)) {
  view_ = makeView(std::move(definition), nullptr);
}

StreamViewPtr Stream::view() const {
  std::lock_guard lock(viewMutex_);
  return view_;
}

StreamViewPtr Stream::makeView(StreamDefinition definition, const StreamView* before) const {
  auto view = std::make_shared<StreamView>();
  view->definition = std::move(definition);
  const std::vector<ShardDefinition>& shards = view->definition.shards;
  for (size_t i = 0; i < shards.size(); ++i) {
    LiveShardPtr live = before != nullptr ? before->findShard(shards[i].index) : nullptr;
    if (live == nullptr) {
      live = std::make_shared<LiveShard>(env_.files(), budget_, options_, shards[i],
                                         fmt::format("{}/{:012}", directory_, shards[i].index));
    }
    view->shards.push_back(std::move(live));
    if (shards[i].isOpen()) view->route.push_back(i);
  }
  std::sort(view->route.begin(), view->route.end(),
            [&](size_t a, size_t b) { return shards[a].range.first < shards[b].range.first; });
  return view;
}

Result<PutOutcome> Stream::put(std::span<const PutEntry> entries) {
  std::shared_lock gate(gate_);
  PutOutcome outcome{view(), std::vector<PutResult>(entries.size())};
  const StreamView& current = *outcome.view;
  std::vector<size_t> shardOf(entries.size());
  for (size_t i = 0; i < entries.size(); ++i) shardOf[i] = current.routeOf(entries[i].hash);
  // The entries of a shard side by side, in their order.
  std::vector<size_t> order(entries.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return shardOf[a] < shardOf[b]; });
  std::optional<Error> problem;
  size_t failed = 0;
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && shardOf[order[end]] == shardOf[order[begin]]) ++end;
    auto which = std::span(order).subspan(begin, end - begin);
    Status put = putShard(current, shardOf[order[begin]], which, entries, outcome.results);
    if (!put.ok()) {
      problem = std::move(put).error();
      failed += which.size();
    }
    begin = end;
  }
  if (problem && failed == entries.size()) return std::move(*problem);
  return outcome;
}

Status Stream::putShard(const StreamView& view, size_t shard, std::span<const size_t> which,
                        std::span<const PutEntry> entries, std::vector<PutResult>& results) {
  LiveShard& live = *view.shards[shard];
  bool encrypted = !view.definition.kmsKeyId.empty();
  int64_t nowNanos = env_.clock().monotonicNanos();
  std::vector<NewRecord> records;
  std::vector<size_t> stored;
  for (size_t i : which) {
    const PutEntry& entry = entries[i];
    results[i].shard = &live;
    if (!live.allowsWrite(entry.partitionKey.size() + entry.data.size(), nowNanos)) {
      results[i].state = PutResult::State::kThrottled;
      continue;
    }
    records.push_back({entry.partitionKey, entry.data, encrypted});
    stored.push_back(i);
  }
  if (records.empty()) return {};
  ShardLog* log = TRY(live.log());
  AppendedRecords appended = TRY(log->append(records, env_.clock().nowMillis()));
  if (options_.sync == SyncPolicy::kAlways) TRY(log->sync());
  for (size_t i = 0; i < stored.size(); ++i) {
    PutResult& result = results[stored[i]];
    result.state = PutResult::State::kStored;
    result.position = appended.firstPosition + i;
    result.arrivalMillis = appended.arrivalMillis;
  }
  return {};
}

Outcome<void> Stream::change(const std::function<Outcome<void>(StreamDefinition&)>& edit,
                             const std::function<Outcome<void>(const StreamDefinition&)>& save) {
  std::unique_lock gate(gate_);
  StreamViewPtr before = view();
  StreamDefinition definition = before->definition;
  TRY(edit(definition));
  TRY(save(definition));
  StreamViewPtr after = makeView(std::move(definition), before.get());
  std::lock_guard lock(viewMutex_);
  view_ = std::move(after);
  return {};
}

Status Stream::sync() {
  StreamViewPtr current = view();
  for (const LiveShardPtr& shard : current->shards) {
    if (ShardLog* log = shard->openedLog()) TRY(log->sync());
  }
  return {};
}

}  // namespace millrace::kinesis
