#include "companions/kinesis/stream/resharding.h"

#include <algorithm>

#include "base/check.h"

namespace millrace::kinesis {

namespace {

ShardDefinition& addShard(StreamDefinition& stream, HashRange range, int64_t nowMillis,
                          int64_t sequenceSeconds) {
  ShardDefinition shard;
  shard.index = stream.nextShardIndex++;
  shard.range = range;
  shard.createdMillis = nowMillis;
  shard.sequenceSeconds = sequenceSeconds;
  stream.shards.push_back(shard);
  return stream.shards.back();
}

// What a plan knows of a shard that may not exist yet.
struct Piece {
  uint32_t index;
  HashRange range;
};

std::vector<Piece> openPieces(const StreamDefinition& stream) {
  std::vector<Piece> pieces;
  for (const ShardDefinition& shard : stream.shards) {
    if (shard.isOpen()) pieces.push_back({shard.index, shard.range});
  }
  std::sort(pieces.begin(), pieces.end(),
            [](const Piece& a, const Piece& b) { return a.range.first < b.range.first; });
  return pieces;
}

// Where the equal ranges begin. Where a shard begins next to that (2^128 is no multiple of every
// number), it stays: shards of a handful of keys would help nobody.
std::vector<HashKeyValue> targetStarts(const std::vector<Piece>& pieces, uint32_t target) {
  std::vector<HashKeyValue> starts;
  HashKeyValue tolerance = target == 1 ? 0 : uniformStart(1, target) / 1024;
  for (uint32_t i = 0; i < target; ++i) {
    HashKeyValue start = uniformStart(i, target);
    for (const Piece& piece : pieces) {
      HashKeyValue first = piece.range.first;
      if ((first > start ? first - start : start - first) <= tolerance) start = first;
    }
    starts.push_back(start);
  }
  return starts;
}

}  // namespace

void addUniformShards(StreamDefinition& stream, uint32_t count, int64_t nowMillis) {
  for (uint32_t i = 0; i < count; ++i) {
    addShard(stream, uniformRange(i, count), nowMillis, nowMillis / 1000);
  }
}

void applyStep(StreamDefinition& stream, const ReshardStep& step, int64_t nowMillis) {
  ShardDefinition* first = stream.findShard(step.shard);
  ShardDefinition* second = step.adjacent ? stream.findShard(*step.adjacent) : first;
  CHECK(first != nullptr && second != nullptr && first->isOpen() && second->isOpen());
  int64_t sequenceSeconds =
      std::max(nowMillis / 1000, std::max(first->sequenceSeconds, second->sequenceSeconds) + 1);
  first->closedMillis = nowMillis;
  second->closedMillis = nowMillis;
  HashRange range = first->range;
  if (step.adjacent) {
    HashRange merged{std::min(range.first, second->range.first),
                     std::max(range.last, second->range.last)};
    ShardDefinition& child = addShard(stream, merged, nowMillis, sequenceSeconds);
    child.parent = step.shard;
    child.adjacentParent = step.adjacent;
    return;
  }
  for (HashRange half :
       {HashRange{range.first, step.splitAt - 1}, HashRange{step.splitAt, range.last}}) {
    addShard(stream, half, nowMillis, sequenceSeconds).parent = step.shard;
  }
}

std::vector<ReshardStep> planUniform(const StreamDefinition& stream, uint32_t target) {
  std::vector<ReshardStep> steps;
  uint32_t nextIndex = stream.nextShardIndex;
  std::vector<Piece> before = openPieces(stream);
  std::vector<HashKeyValue> starts = targetStarts(before, target);
  std::vector<Piece> pieces;
  size_t next = 1;  // of the target, the next range to begin
  for (Piece piece : before) {
    for (; next < target && starts[next] <= piece.range.last; ++next) {
      HashKeyValue border = starts[next];
      if (border == piece.range.first) continue;
      steps.push_back({piece.index, std::nullopt, border});
      pieces.push_back({nextIndex, {piece.range.first, border - 1}});
      piece = {nextIndex + 1, {border, piece.range.last}};
      nextIndex += 2;
    }
    pieces.push_back(piece);
  }
  for (size_t i = 0, wanted = 1; i < pieces.size(); ++i, ++wanted) {
    HashKeyValue last = wanted < target ? starts[wanted] - 1 : kMaxHashKey;
    while (pieces[i].range.last < last) {
      CHECK(i + 1 < pieces.size());
      steps.push_back({pieces[i].index, pieces[i + 1].index, 0});
      pieces[i + 1] = {nextIndex++, {pieces[i].range.first, pieces[i + 1].range.last}};
      ++i;
    }
  }
  return steps;
}

void beginTransition(StreamDefinition& stream, Lifecycle lifecycle, std::vector<ReshardStep> steps,
                     int64_t nowMillis, int64_t delayMillis) {
  stream.lifecycle = lifecycle;
  stream.transitionMillis = nowMillis + delayMillis;
  stream.plannedSteps = std::move(steps);
  if (delayMillis == 0) finishTransition(stream, nowMillis);
}

void finishTransition(StreamDefinition& stream, int64_t nowMillis) {
  if (stream.lifecycle == Lifecycle::kDeleting) return;
  for (const ReshardStep& step : stream.plannedSteps) applyStep(stream, step, nowMillis);
  stream.plannedSteps.clear();
  stream.transitionMillis = 0;
  stream.lifecycle = Lifecycle::kActive;
}

}  // namespace millrace::kinesis
