// Aggregated records: several user records in one record of a stream, as the Kinesis Producer
// Library packs them. Four bytes of magic, a protobuf message, its MD5.
#pragma once

#include <string_view>
#include <vector>

#include "connectors/kinesis/shard_position.h"

namespace millrace {

struct DeaggregatedRecord {
  std::string_view partitionKey;
  std::string_view explicitHashKey;  // decimal; "" = none
  std::string_view data;
};

// The user records of an aggregated record, as views into `data`. False: it is none (no magic,
// wrong checksum, no such message), and is taken as it is.
bool readAggregatedRecord(std::string_view data, std::vector<DeaggregatedRecord>& out);

// Where a user record belongs: one outside its shard's range is a leftover of a split or merge, and
// stands in another shard as well.
HashKey hashKeyOf(const DeaggregatedRecord& record);

}  // namespace millrace
