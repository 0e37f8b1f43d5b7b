#include "connectors/kinesis/shard_registry.h"

#include <fmt/format.h>

#include <algorithm>

namespace millrace {

namespace {

// An element: version, status, shard, parents, hash keys, position; tabs between them.
constexpr std::string_view kVersion = "1";
constexpr const char* kStatusNames[] = {"waiting", "assigned", "finished"};

std::vector<std::string_view> splitTabs(std::string_view text) {
  std::vector<std::string_view> parts;
  while (true) {
    size_t tab = text.find('\t');
    parts.push_back(text.substr(0, tab));
    if (tab == std::string_view::npos) return parts;
    text.remove_prefix(tab + 1);
  }
}

std::string elementOf(const ShardRegistry::Shard& shard, ShardRegistry::Status status,
                      const ShardPosition& position) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", kVersion,
                     kStatusNames[static_cast<int>(status)], shard.info.id, shard.info.parent,
                     shard.info.adjacentParent, hashKeyText(shard.info.startingHashKey),
                     hashKeyText(shard.info.endingHashKey), positionText(position));
}

Result<ShardRegistry::Shard> parseElement(std::string_view element) {
  std::vector<std::string_view> parts = splitTabs(element);
  if (parts.size() != 8 || parts[0] != kVersion) {
    return Error(ErrorKind::kCorruptData, "the state of a kinesis source is not readable")
        .withHint("It was written by another version; start without it, or with that version.");
  }
  ShardRegistry::Shard shard;
  shard.info.id = parts[2];
  shard.info.parent = parts[3];
  shard.info.adjacentParent = parts[4];
  shard.info.startingHashKey = parseHashKey(parts[5]);
  shard.info.endingHashKey = parseHashKey(parts[6]);
  shard.start = TRY(parsePosition(parts[7]));
  auto named = std::find(std::begin(kStatusNames), std::end(kStatusNames), parts[1]);
  shard.status = static_cast<ShardRegistry::Status>(named - std::begin(kStatusNames));
  return shard;
}

// The subtask whose part of the ring the shard begins in.
uint32_t ownerByHash(HashKey startingHashKey, uint32_t parallelism) {
  auto high = static_cast<uint64_t>(startingHashKey >> 64);
  return static_cast<uint32_t>(static_cast<HashKey>(high) * parallelism >> 64);
}

}  // namespace

millrace::Status ShardRegistry::restore(const std::vector<std::string>& elements) {
  for (const std::string& element : elements) {
    Shard shard = TRY(parseElement(element));
    auto known = shards_.find(shard.info.id);
    // A shard that one subtask saw waiting had been begun by another before its own barrier, or had
    // even been read to its end: what has gone further holds.
    if (known != shards_.end() && known->second.status >= shard.status) continue;
    shard.inherited = shard.status == Status::kFinished;
    std::string id = shard.info.id;
    shards_[id] = std::move(shard);
  }
  for (auto& [id, shard] : shards_) {
    if (shard.status == Status::kAssigned) shard.status = Status::kWaiting;
  }
  return {};
}

std::vector<std::string> ShardRegistry::state(
    uint32_t reader, const std::map<std::string, ShardPosition>& positions) const {
  std::vector<std::string> elements;
  for (const auto& [id, shard] : shards_) {
    bool mine = false;
    switch (shard.status) {
      case Status::kWaiting:
        mine = reader == 0;
        break;
      case Status::kAssigned:
        mine = shard.owner == reader;
        break;
      case Status::kFinished:
        mine = shard.inherited ? reader == 0 : shard.owner == reader;
        break;
    }
    if (!mine) continue;
    auto position = positions.find(id);
    // A waiting shard that was begun in an earlier attempt goes on where that one stopped.
    bool begun =
        shard.status == Status::kWaiting && shard.start.kind >= ShardPosition::Kind::kAfter;
    elements.push_back(elementOf(shard, begun ? Status::kAssigned : shard.status,
                                 position == positions.end() ? shard.start : position->second));
  }
  return elements;
}

void ShardRegistry::add(KinesisShard info, ShardPosition start) {
  Shard shard;
  shard.start = std::move(start);
  shard.info = std::move(info);
  std::string id = shard.info.id;
  shards_.emplace(std::move(id), std::move(shard));
}

void ShardRegistry::addFinished(KinesisShard info) {
  Shard shard;
  shard.info = std::move(info);
  shard.status = Status::kFinished;
  shard.inherited = true;
  std::string id = shard.info.id;
  shards_.emplace(std::move(id), std::move(shard));
}

void ShardRegistry::keepOnly(const std::vector<KinesisShard>& listed) {
  std::map<std::string, bool> names;
  for (const KinesisShard& shard : listed) names[shard.id] = true;
  std::erase_if(shards_, [&](const auto& each) {
    return each.second.status == Status::kFinished && !names.contains(each.first);
  });
}

void ShardRegistry::finish(const std::string& shardId, int64_t now) {
  auto found = shards_.find(shardId);
  if (found == shards_.end()) return;
  Shard& shard = found->second;
  shard.status = Status::kFinished;
  shard.endedBehind = snapshots_[shard.owner];
  shard.endedAt = now;
}

void ShardRegistry::noteSnapshot(uint32_t reader, uint64_t checkpointId) {
  snapshots_[reader] = std::max(snapshots_[reader], checkpointId);
}

void ShardRegistry::noteComplete(uint64_t checkpointId) {
  complete_ = std::max(complete_, checkpointId);
}

const ShardRegistry::Shard* ShardRegistry::find(const std::string& shardId) const {
  auto found = shards_.find(shardId);
  return found == shards_.end() ? nullptr : &found->second;
}

bool ShardRegistry::finishedParents(const KinesisShard& shard, Parents& out) const {
  for (const std::string* name : {&shard.parent, &shard.adjacentParent}) {
    auto parent = name->empty() ? shards_.end() : shards_.find(*name);
    if (parent == shards_.end()) continue;
    if (parent->second.status != Status::kFinished) return false;
    if (!parent->second.inherited) out.push_back(&parent->second);
  }
  return true;
}

uint32_t ShardRegistry::chooseOwner(const Shard& shard, const Parents& parents,
                                    const std::vector<uint32_t>& loads, uint32_t total) const {
  auto parallelism = static_cast<uint32_t>(snapshots_.size());
  uint32_t share = (total + parallelism - 1) / parallelism;
  if (!parents.empty() && loads[parents[0]->owner] < share) return parents[0]->owner;
  uint32_t byHash = ownerByHash(shard.info.startingHashKey, parallelism);
  if (loads[byHash] < share) return byHash;
  return static_cast<uint32_t>(std::min_element(loads.begin(), loads.end()) - loads.begin());
}

bool ShardRegistry::mayBegin(uint32_t owner, const Parents& parents, int64_t now) const {
  bool checkpoints =
      std::any_of(snapshots_.begin(), snapshots_.end(), [](uint64_t id) { return id > 0; });
  return std::all_of(parents.begin(), parents.end(), [&](const Shard* parent) {
    if (parent->owner == owner) return true;
    if (snapshots_[owner] < parent->endedBehind) return false;
    return !checkpoints || complete_ > parent->endedBehind ||
           now - parent->endedAt >= kOrderWaitMillis;
  });
}

std::vector<const ShardRegistry::Shard*> ShardRegistry::assign(int64_t now) {
  std::vector<uint32_t> loads(snapshots_.size(), 0);
  std::vector<std::pair<Shard*, Parents>> ready;
  uint32_t total = 0;
  for (auto& [id, shard] : shards_) {
    if (shard.status == Status::kAssigned) {
      ++loads[shard.owner];
      ++total;
    }
    Parents parents;
    if (shard.status != Status::kWaiting || !finishedParents(shard.info, parents)) continue;
    ready.emplace_back(&shard, std::move(parents));
    ++total;
  }
  std::sort(ready.begin(), ready.end(), [](const auto& a, const auto& b) {
    return a.first->info.startingHashKey < b.first->info.startingHashKey;
  });
  std::vector<const Shard*> begun;
  for (auto& [shard, parents] : ready) {
    uint32_t owner = chooseOwner(*shard, parents, loads, total);
    if (!mayBegin(owner, parents, now)) continue;
    shard->status = Status::kAssigned;
    shard->owner = owner;
    ++loads[owner];
    begun.push_back(shard);
  }
  return begun;
}

}  // namespace millrace
