// The partition keys of the records that a sink writes, by Flink's rules.
#pragma once

#include <memory>
#include <string>

#include "connectors/connector.h"

namespace millrace {

class PartitionKeys {
 public:
  virtual ~PartitionKeys() = default;
  // The key of a row: at most 256 characters.
  virtual void keyOf(const Batch& batch, uint32_t row, std::string& out) = 0;
};

// PARTITIONED BY: the values of the columns with a delimiter between them. Else `partitioner`:
// "fixed" is the number of the subtask, "random" or "" a UUID.
std::unique_ptr<PartitionKeys> makePartitionKeys(const TableDefinition& table,
                                                 const OptionReader& options,
                                                 const SubtaskInfo& subtask, Env& env);

}  // namespace millrace
