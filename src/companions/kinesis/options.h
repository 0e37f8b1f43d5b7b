// Options of the Kinesis companion: `kinesis.<name>` in the configuration of the server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"

namespace millrace::kinesis {

// When records reach the disk. Either way they survive the end of the process once they were
// acknowledged.
enum class SyncPolicy : uint8_t {
  kInterval,  // in the background: the end of the machine loses what was acknowledged since
  kAlways,    // before they are acknowledged
};

struct KinesisOptions {
  // fsync = interval | always
  SyncPolicy sync = SyncPolicy::kInterval;
  int64_t syncIntervalMillis = 1000;  // fsync-interval-ms
  // throttling: a factor of what Kinesis grants each shard; 1 = the same, 0 or off = no limit.
  double throttling = 1;
  // transition-ms: how long streams stay CREATING, UPDATING and DELETING.
  int64_t transitionMillis = 0;
  // shard-limit: open shards of an account and region.
  int64_t shardLimit = 500;
  // cache-mb: newest records kept in memory, of all shards together.
  size_t cacheBytes = 64 << 20;

  // Names that are not known and values that do not fit are errors.
  static Result<KinesisOptions> parse(const std::map<std::string, std::string>& settings);
};

}  // namespace millrace::kinesis
