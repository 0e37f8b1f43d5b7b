// The JSON of a StreamDefinition. Hash keys are texts, because they do not fit a JSON number.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "companions/kinesis/stream/stream_definition.h"

namespace millrace::kinesis {

namespace {

using Json = nlohmann::json;

Json shardJson(const ShardDefinition& shard) {
  Json json = {{"index", shard.index},
               {"first", formatHashKey(shard.range.first)},
               {"last", formatHashKey(shard.range.last)},
               {"created", shard.createdMillis},
               {"sequence", shard.sequenceSeconds}};
  if (shard.parent) json["parent"] = *shard.parent;
  if (shard.adjacentParent) json["adjacentParent"] = *shard.adjacentParent;
  if (shard.closedMillis) json["closed"] = *shard.closedMillis;
  return json;
}

Json stepJson(const ReshardStep& step) {
  Json json = {{"shard", step.shard}};
  if (step.adjacent) {
    json["adjacent"] = *step.adjacent;
  } else {
    json["splitAt"] = formatHashKey(step.splitAt);
  }
  return json;
}

template <typename T>
std::optional<T> optionalMember(const Json& json, const char* name) {
  auto found = json.find(name);
  if (found == json.end()) return std::nullopt;
  return found->get<T>();
}

HashKeyValue hashKeyOf(const Json& json) { return parseHashKey(json.get<std::string>()).value(); }

ShardDefinition shardOf(const Json& json) {
  ShardDefinition shard;
  shard.index = json.at("index");
  shard.range = {hashKeyOf(json.at("first")), hashKeyOf(json.at("last"))};
  shard.parent = optionalMember<uint32_t>(json, "parent");
  shard.adjacentParent = optionalMember<uint32_t>(json, "adjacentParent");
  shard.createdMillis = json.at("created");
  shard.sequenceSeconds = json.at("sequence");
  shard.closedMillis = optionalMember<int64_t>(json, "closed");
  return shard;
}

ReshardStep stepOf(const Json& json) {
  ReshardStep step;
  step.shard = json.at("shard");
  step.adjacent = optionalMember<uint32_t>(json, "adjacent");
  if (!step.adjacent) step.splitAt = hashKeyOf(json.at("splitAt"));
  return step;
}

Lifecycle lifecycleOf(const std::string& name) {
  for (Lifecycle lifecycle : {Lifecycle::kCreating, Lifecycle::kActive, Lifecycle::kUpdating}) {
    if (name == lifecycleName(lifecycle)) return lifecycle;
  }
  return Lifecycle::kDeleting;
}

StreamDefinition definitionOf(const Json& json) {
  StreamDefinition stream;
  stream.key = {json.at("account"), json.at("region"), json.at("name")};
  stream.id = json.at("id");
  stream.createdMillis = json.at("created");
  stream.lifecycle = lifecycleOf(json.at("status"));
  stream.transitionMillis = json.at("transition");
  for (const Json& step : json.at("plan")) stream.plannedSteps.push_back(stepOf(step));
  stream.onDemand = json.at("onDemand");
  stream.retentionHours = json.at("retentionHours");
  stream.oldestMillis = json.at("oldest");
  stream.maxRecordKib = json.at("maxRecordKib");
  stream.kmsKeyId = json.at("kmsKeyId");
  stream.shardMetrics = json.at("shardMetrics").get<std::set<std::string>>();
  stream.tags = json.at("tags").get<std::map<std::string, std::string>>();
  for (const Json& shard : json.at("shards")) stream.shards.push_back(shardOf(shard));
  stream.nextShardIndex = json.at("nextShard");
  return stream;
}

}  // namespace

std::string StreamDefinition::toJson() const {
  Json plan = Json::array();
  for (const ReshardStep& step : plannedSteps) plan.push_back(stepJson(step));
  Json shardList = Json::array();
  for (const ShardDefinition& shard : shards) shardList.push_back(shardJson(shard));
  return Json({{"account", key.account},
               {"region", key.region},
               {"name", key.name},
               {"id", id},
               {"created", createdMillis},
               {"status", lifecycleName(lifecycle)},
               {"transition", transitionMillis},
               {"plan", std::move(plan)},
               {"onDemand", onDemand},
               {"retentionHours", retentionHours},
               {"oldest", oldestMillis},
               {"maxRecordKib", maxRecordKib},
               {"kmsKeyId", kmsKeyId},
               {"shardMetrics", shardMetrics},
               {"tags", tags},
               {"shards", std::move(shardList)},
               {"nextShard", nextShardIndex}})
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<StreamDefinition> StreamDefinition::fromJson(std::string_view json) {
  try {
    return definitionOf(Json::parse(json));
  } catch (const std::exception& problem) {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("a stream's record can not be read: {}", problem.what()))
        .withHint("Restore the database from a backup.");
  }
}

}  // namespace millrace::kinesis
