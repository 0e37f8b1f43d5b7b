#include "companions/kinesis/stream/stream_catalog.h"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "companions/kinesis/stream/resharding.h"

namespace millrace::kinesis {

namespace {

// Memory and file handles of shards that nobody wrote to for so long are let go.
constexpr int64_t kIdleMillis = 300'000;

// With the id, so that a late change of a deleted stream never meets another of the same name.
std::string recordKey(const StreamDefinition& definition) {
  return fmt::format("{}/{}/{}/{:016x}", definition.key.account, definition.key.region,
                     definition.key.name, definition.id);
}

}  // namespace

StreamCatalog::StreamCatalog(Env& env, std::string directory, const KinesisOptions& options,
                             std::unique_ptr<Database> database)
    : env_(env),
      directory_(std::move(directory)),
      options_(options),
      budget_(options.cacheBytes),
      database_(std::move(database)) {}

Result<std::unique_ptr<StreamCatalog>> StreamCatalog::open(Env& env, std::string directory,
                                                           const KinesisOptions& options) {
  const std::string_view migrations[] = {kRecordTableMigration};
  auto database = TRY(Database::open(directory + "/streams.db", migrations));
  std::unique_ptr<StreamCatalog> catalog(
      new StreamCatalog(env, std::move(directory), options, std::move(database)));
  TRY(catalog->load());
  return catalog;
}

StreamPtr StreamCatalog::makeStream(StreamDefinition definition) {
  std::string directory =
      fmt::format("{}/streams/{}-{:016x}", directory_, definition.key.name, definition.id);
  return std::make_shared<Stream>(env_, budget_, options_, std::move(directory),
                                  std::move(definition));
}

Status StreamCatalog::load() {
  std::optional<Error> problem;
  std::set<std::string> directories;
  auto add = [&](std::string_view, std::string_view json) {
    Result<StreamDefinition> definition = StreamDefinition::fromJson(json);
    if (!definition.ok()) {
      problem = std::move(definition).error();
      return;
    }
    StreamPtr stream = makeStream(std::move(definition).value());
    directories.insert(stream->directory());
    StreamViewPtr view = stream->view();
    streams_.emplace(view->definition.key, stream);
    streamsById_.emplace(view->definition.id, stream);
  };
  TRY(database_->read(
      [&](Connection& connection) { return table_.scan(connection, {}, {}, SIZE_MAX, add); }));
  if (problem) return std::move(*problem);
  std::string root = directory_ + "/streams";
  if (!env_.files().exists(root)) return {};
  for (const FileInfo& entry : TRY(env_.files().list(root))) {
    if (!directories.contains(entry.path)) TRY(env_.files().removeTree(entry.path));
  }
  return {};
}

StreamPtr StreamCatalog::settled(StreamPtr stream) {
  if (stream == nullptr) return nullptr;
  StreamViewPtr view = stream->view();
  Lifecycle lifecycle = view->definition.lifecycle;
  int64_t nowMillis = env_.clock().nowMillis();
  if (lifecycle == Lifecycle::kActive || nowMillis < view->definition.transitionMillis) {
    return stream;
  }
  if (lifecycle == Lifecycle::kDeleting) {
    // When the database fails, the stream stays DELETING and it is tried again.
    return remove(stream).ok() ? nullptr : stream;
  }
  Outcome<void> finished = change(*stream, [&](StreamDefinition& definition) -> Outcome<void> {
    if (definition.lifecycle == lifecycle && nowMillis >= definition.transitionMillis) {
      finishTransition(definition, nowMillis);
    }
    return {};
  });
  (void)finished.ok();  // when not, it stays as it is and the next call tries again
  return stream;
}

StreamPtr StreamCatalog::find(const StreamKey& key) {
  StreamPtr found;
  {
    std::shared_lock lock(mutex_);
    auto at = streams_.find(key);
    if (at != streams_.end()) found = at->second;
  }
  return settled(std::move(found));
}

StreamPtr StreamCatalog::findById(uint64_t id) {
  StreamPtr found;
  {
    std::shared_lock lock(mutex_);
    auto at = streamsById_.find(id);
    if (at != streamsById_.end()) found = at->second;
  }
  return settled(std::move(found));
}

std::vector<StreamPtr> StreamCatalog::all() {
  std::shared_lock lock(mutex_);
  std::vector<StreamPtr> streams;
  for (const auto& [key, stream] : streams_) streams.push_back(stream);
  return streams;
}

std::vector<StreamPtr> StreamCatalog::list(const std::string& account, const std::string& region) {
  std::vector<StreamPtr> streams;
  {
    std::shared_lock lock(mutex_);
    for (auto at = streams_.lower_bound({account, region, {}});
         at != streams_.end() && at->first.account == account && at->first.region == region; ++at) {
      streams.push_back(at->second);
    }
  }
  std::vector<StreamPtr> present;
  for (StreamPtr& stream : streams) {
    if (StreamPtr found = settled(std::move(stream))) present.push_back(std::move(found));
  }
  return present;
}

Outcome<bool> StreamCatalog::create(StreamDefinition definition) {
  std::lock_guard create(createMutex_);
  StreamKey key = definition.key;
  {
    std::shared_lock lock(mutex_);
    if (streams_.contains(key)) return false;
  }
  TRY(database_->write([&](Connection& connection) {
    return table_.put(connection, recordKey(definition), definition.toJson());
  }));
  uint64_t id = definition.id;
  StreamPtr stream = makeStream(std::move(definition));
  std::unique_lock lock(mutex_);
  streams_.emplace(std::move(key), stream);
  streamsById_.emplace(id, std::move(stream));
  return true;
}

Outcome<void> StreamCatalog::change(Stream& stream,
                                    const std::function<Outcome<void>(StreamDefinition&)>& edit) {
  return stream.change(edit, [&](const StreamDefinition& definition) -> Outcome<void> {
    TRY(database_->write([&](Connection& connection) -> Status {
      // A stream that was removed meanwhile is not brought back.
      if (!TRY(table_.get(connection, recordKey(definition)))) return {};
      return table_.put(connection, recordKey(definition), definition.toJson());
    }));
    return {};
  });
}

Outcome<void> StreamCatalog::remove(const StreamPtr& stream) {
  std::lock_guard create(createMutex_);
  StreamViewPtr view = stream->view();
  StreamKey key = view->definition.key;
  {
    std::shared_lock lock(mutex_);
    auto at = streams_.find(key);
    if (at == streams_.end() || at->second != stream) return {};
  }
  TRY(database_->write([&](Connection& connection) -> Status {
    TRY(table_.erase(connection, recordKey(view->definition)));
    return {};
  }));
  {
    std::unique_lock lock(mutex_);
    streams_.erase(key);
    streamsById_.erase(view->definition.id);
  }
  // What can not be removed now is when the catalogue is opened again.
  (void)env_.files().removeTree(stream->directory()).ok();
  return {};
}

Status StreamCatalog::dropExpiredShards(Stream& stream, int64_t nowMillis) {
  auto isExpired = [&](const StreamDefinition& definition, const ShardDefinition& shard) {
    return !shard.isOpen() && *shard.closedMillis < definition.trimHorizon(nowMillis);
  };
  StreamViewPtr before = stream.view();
  std::vector<std::string> directories;
  for (size_t i = 0; i < before->shards.size(); ++i) {
    if (isExpired(before->definition, before->definition.shards[i])) {
      directories.push_back(before->shards[i]->directory());
    }
  }
  if (directories.empty()) return {};
  Outcome<void> changed = change(stream, [&](StreamDefinition& definition) -> Outcome<void> {
    std::erase_if(definition.shards,
                  [&](const ShardDefinition& shard) { return isExpired(definition, shard); });
    return {};
  });
  if (!changed.ok()) return Error(ErrorKind::kIo, changed.error().cause());
  for (const std::string& directory : directories) {
    if (env_.files().exists(directory)) TRY(env_.files().removeTree(directory));
  }
  return {};
}

Status StreamCatalog::maintainStream(const StreamPtr& stream, int64_t nowMillis) {
  TRY(dropExpiredShards(*stream, nowMillis));
  StreamViewPtr view = stream->view();
  int64_t horizon = view->definition.trimHorizon(nowMillis);
  for (const LiveShardPtr& shard : view->shards) {
    ShardLog* log = shard->openedLog();
    if (log == nullptr) {
      // Records of a shard that nobody uses any more expire too.
      if (!env_.files().exists(shard->directory())) continue;
      log = TRY(shard->log());
    }
    TRY(log->trim(horizon));
    TRY(log->release(nowMillis - kIdleMillis));
  }
  return {};
}

Status StreamCatalog::maintain() {
  std::optional<Error> problem;
  int64_t nowMillis = env_.clock().nowMillis();
  for (StreamPtr& stream : all()) {
    StreamPtr present = settled(std::move(stream));
    if (present == nullptr) continue;
    Status maintained = maintainStream(present, nowMillis);
    if (!maintained.ok() && !problem) problem = std::move(maintained).error();
  }
  if (problem) return std::move(*problem);
  return {};
}

Status StreamCatalog::sync() {
  std::optional<Error> problem;
  for (const StreamPtr& stream : all()) {
    Status synced = stream->sync();
    if (!synced.ok() && !problem) problem = std::move(synced).error();
  }
  if (problem) return std::move(*problem);
  return {};
}

}  // namespace millrace::kinesis
