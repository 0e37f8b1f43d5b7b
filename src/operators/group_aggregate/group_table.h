// GroupTable: the groups of a GROUP BY as a KeyedTable whose entries start with the number of rows
// of the group, followed by the states of its aggregates. Shared by the operators of this folder.
#pragma once

#include <cstdint>
#include <vector>

#include "operators/aggregation/aggregate_set.h"
#include "operators/group_aggregate/group_aggregate.h"
#include "state/keyed_table.h"

namespace millrace {

// The first eight bytes of an entry: the number of rows (counted only when the input retracts rows)
// and, while a mini-batch is being collected, 1 + the place of the group in its bundle.
class GroupHeader {
 public:
  static constexpr uint32_t kBytes = 8;
  static constexpr uint32_t kMaxPlace = (1u << 24) - 2;

  static GroupHeader& of(std::byte* value) { return *reinterpret_cast<GroupHeader*>(value); }
  int64_t rows() const { return static_cast<int64_t>(word_ << kPlaceBits) >> kPlaceBits; }
  void setRows(int64_t rows) {
    word_ = (word_ & ~kRowsMask) | (static_cast<uint64_t>(rows) & kRowsMask);
  }
  uint32_t place() const { return static_cast<uint32_t>(word_ >> kRowBits); }
  void setPlace(uint32_t place) { word_ = (word_ & kRowsMask) | uint64_t{place} << kRowBits; }

 private:
  static constexpr int kRowBits = 40;
  static constexpr int kPlaceBits = 64 - kRowBits;
  static constexpr uint64_t kRowsMask = (uint64_t{1} << kRowBits) - 1;
  uint64_t word_;
};

struct GroupTable {
  static Result<GroupTable> make(const GroupAggregateSpec& spec);
  // keys: the key columns of the batches that are looked up.
  Status open(StateStore& store, const std::vector<uint32_t>& keys, const std::vector<Type>& input,
              int64_t ttlMillis);
  StateSchema schema(const std::vector<Type>& keyTypes);
  // Finds the entries of the selected rows: values() and isNew().
  void resolve(const Batch& batch);
  // Removes groups that hold no rows, each named once or more often.
  void erase(std::vector<std::byte*>& values);

  AggregateSet aggregates;
  std::vector<std::string> keyNames;  // see StateSchema
  bool countsRows = false;
  std::vector<uint32_t> keyColumns;
  KeyedTable* table = nullptr;
  KeyBatch keys;
  std::vector<std::byte*> values;
  std::vector<uint8_t> isNew;
};

// Folds the input into groups for a bundle of rows and emits one change per group and bundle: the
// operator of GROUP BY with mini-batch. With mergesPartials the input is that of a local operator.
Result<OperatorPtr> makeMiniBatchGroupAggregate(const GroupAggregateSpec& spec,
                                                bool mergesPartials);

}  // namespace millrace
