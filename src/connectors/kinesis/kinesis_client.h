// KinesisClient: the few operations of Kinesis that source and sink need, as plain values. Tests
// replace it by a scripted stream.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "connectors/kinesis/shard_position.h"

namespace millrace {

// What a failed call means for its caller.
enum class KinesisProblem : uint8_t {
  kThrottled,        // too many calls or bytes: later
  kExpiredIterator,  // get another one
  kNotFound,         // the stream or the shard is not there (any more)
  kInvalidArgument,
  kTransient,  // no response, or one that says "later"
  kFatal,      // another attempt would end the same way
};

struct KinesisError {
  KinesisProblem problem;
  Error error;
};

// A value, or why there is none.
template <typename T>
class [[nodiscard]] KinesisReply {
 public:
  KinesisReply(T value) : value_(std::move(value)) {}
  KinesisReply(KinesisError error) : error_(std::move(error)) {}
  bool ok() const { return value_.has_value(); }
  T& value() { return *value_; }
  const KinesisError& error() const { return *error_; }

 private:
  std::optional<T> value_;
  std::optional<KinesisError> error_;
};

struct KinesisShard {
  std::string id;
  std::string parent;          // "" = none
  std::string adjacentParent;  // of a merge; "" = none
  HashKey startingHashKey = 0;
  HashKey endingHashKey = ~HashKey{0};
};

struct KinesisRecord {
  std::string sequenceNumber;
  std::string partitionKey;
  std::string data;
  int64_t arrivalMillis = 0;
};

struct KinesisRecords {
  std::vector<KinesisRecord> records;
  std::string nextIterator;  // "" = the shard is closed and has been read to its end
  int64_t millisBehindLatest = 0;
};

struct KinesisPut {
  std::string partitionKey;
  std::string data;
  size_t byteSize() const { return partitionKey.size() + data.size(); }
};

// Of one record of a PutRecords; an empty code is success.
struct KinesisPutResult {
  std::string errorCode;
  std::string errorMessage;
};

// Which shards to list: those that were open at that time or later.
struct ShardListing {
  enum class From : uint8_t { kAll, kTrimHorizon, kTimestamp, kLatest };
  From from = From::kAll;
  int64_t timestampMillis = 0;
};

// Of one stream. Thread-safe. Calls wait for the network; never from a worker.
class KinesisClient {
 public:
  virtual ~KinesisClient() = default;
  virtual KinesisReply<std::vector<KinesisShard>> listShards(const ShardListing& listing) = 0;
  virtual KinesisReply<std::string> getShardIterator(const std::string& shardId,
                                                     const ShardPosition& position) = 0;
  virtual KinesisReply<KinesisRecords> getRecords(const std::string& iterator, int limit) = 0;
  // One result for each record, in order.
  virtual KinesisReply<std::vector<KinesisPutResult>> putRecords(
      const std::vector<KinesisPut>& records) = 0;
  // Calls that wait end at once, and so do all later ones.
  virtual void cancel() = 0;
};
// Shared by the threads of a source or a sink.
using KinesisClientPtr = std::shared_ptr<KinesisClient>;

}  // namespace millrace
