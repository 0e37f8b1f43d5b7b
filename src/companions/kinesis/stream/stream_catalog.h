// StreamCatalog: the streams of all accounts and regions, and the database that remembers them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "companions/kinesis/options.h"
#include "companions/kinesis/stream/stream.h"
#include "database/record_table.h"
#include "env/env.h"

namespace millrace::kinesis {

// Thread-safe.
class StreamCatalog {
 public:
  // Opens DIRECTORY/streams.db and drops what deleted streams left behind. `env` outlives it.
  static Result<std::unique_ptr<StreamCatalog>> open(Env& env, std::string directory,
                                                     const KinesisOptions& options);

  // Null when there is none. A stream whose transition is due has made it.
  StreamPtr find(const StreamKey& key);
  StreamPtr findById(uint64_t id);
  // In the order of their names.
  std::vector<StreamPtr> list(const std::string& account, const std::string& region);

  // False when there is a stream of that name.
  Outcome<bool> create(StreamDefinition definition);
  // Changes the definition as Stream::change() does, durably.
  Outcome<void> change(Stream& stream, const std::function<Outcome<void>(StreamDefinition&)>& edit);
  // With its records.
  Outcome<void> remove(const StreamPtr& stream);

  // What is due at its time: transitions, expired records, idle files. Returns the first problem
  // and goes on with the rest.
  Status maintain();
  // All records to the disk.
  Status sync();

 private:
  StreamCatalog(Env& env, std::string directory, const KinesisOptions& options,
                std::unique_ptr<Database> database);

  Status load();
  StreamPtr makeStream(StreamDefinition definition);
  std::vector<StreamPtr> all();
  // Null when the stream is gone after it.
  StreamPtr settled(StreamPtr stream);
  Status maintainStream(const StreamPtr& stream, int64_t nowMillis);
  Status dropExpiredShards(Stream& stream, int64_t nowMillis);

  Env& env_;
  const std::string directory_;
  const KinesisOptions options_;
  CacheBudget budget_;
  std::unique_ptr<Database> database_;
  const RecordTable table_{"stream"};

  std::mutex createMutex_;  // held while a stream is created or removed
  std::shared_mutex mutex_;
  std::map<StreamKey, StreamPtr> streams_;
  std::map<uint64_t, StreamPtr> streamsById_;
};

}  // namespace millrace::kinesis
