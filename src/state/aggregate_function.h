// Aggregate functions: descriptors, and the Aggregator that folds batches of rows into the
// fixed-size states that live in the entries of a KeyedTable.
//
// A state is `stateBytes` bytes inside an entry's value, 8-byte aligned; all zero is the empty
// state. What does not fit (strings) lives in the table's StringHeap and is named by a StateString,
// whose place inside the state is declared in `strings`, so that the table can free, copy and
// snapshot it. No state holds a pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "expr/function.h"
#include "types/batch.h"

namespace millrace {

class StringHeap;

// The rows of one call to an Aggregator, in order. Row k of the call is physical row rows[k] of the
// argument columns and belongs to states[k] (the address of the entry's value). The same address
// may occur many times. kinds (by physical row, nullptr = all +I): -U and -D rows are retracted.
struct AggregateRows {
  Rows rows;
  std::byte* const* states = nullptr;
  const RowKind* kinds = nullptr;
  // Rows that take part, by physical row (the FILTER clause); nullptr = all.
  const uint8_t* filter = nullptr;
  std::span<const ColumnPtr> args;
  StringHeap* heap = nullptr;
};

// One aggregate call of one operator. Immutable after it is made; states carry everything.
class Aggregator {
 public:
  virtual ~Aggregator() = default;

  virtual uint32_t stateBytes() const = 0;
  // Byte offsets of StateStrings inside the state.
  virtual std::span<const uint32_t> strings() const { return {}; }
  // Type and meaning of each part of the state, for snapshots ("sum BIGINT, count BIGINT").
  virtual std::string stateSchema() const = 0;

  // Folds rows into states[k] + offset.
  virtual void update(const AggregateRows& rows, uint32_t offset) const = 0;
  // The same row by row, writing the result before and after each row (position k of the columns,
  // k = 0 .. rows.count()-1): the exact changelog without mini-batch. Where restart[k] is 1 the
  // state is emptied before row k is applied.
  virtual void updateTracked(const AggregateRows& rows, uint32_t offset, const uint8_t* restart,
                             Column& before, Column& after) const = 0;
  // Adds the state at sources[k] + sourceOffset to the one at targets[k] + offset (two-phase
  // aggregation, window slices). Strings are copied from sourceHeap.
  virtual void merge(std::byte* const* targets, uint32_t offset, const std::byte* const* sources,
                     uint32_t sourceOffset, size_t n, StringHeap* heap,
                     const StringHeap* sourceHeap) const = 0;
  // Writes the result of states[k] + offset to position k of `out`.
  virtual void result(const std::byte* const* states, uint32_t offset, size_t n,
                      const StringHeap* heap, Column& out) const = 0;
};

// What an aggregate needs besides its fixed-size state when its input retracts rows.
enum class RetractSupport : uint8_t {
  kInState,      // the state itself can take rows back (COUNT, SUM, AVG)
  kSortedView,   // needs the multiset of its values in order (MIN, MAX): a KeyedSortedRows
  kOrderedView,  // needs its values in order of arrival (FIRST_VALUE, LAST_VALUE)
};

struct ResolvedAggregate {
  std::vector<Type> arguments;  // arguments are implicitly cast to these
  Type result;
};

struct AggregateFunction {
  std::string name;  // upper case
  std::vector<std::string> aliases;
  std::string signature;
  std::string doc;
  Result<ResolvedAggregate> (*resolve)(std::span<const ArgumentInfo> args) = nullptr;
  // Makes the aggregator for resolved types. retracting: kinds may hold -U and -D.
  Result<std::unique_ptr<Aggregator>> (*make)(const ResolvedAggregate& call,
                                              bool retracting) = nullptr;
  RetractSupport retract = RetractSupport::kInState;
  // kSortedView: true when the result is the last of the ascending order (MAX).
  bool viewFromEnd = false;
  // MIN and MAX of DISTINCT values are those of all values.
  bool ignoresDistinct = false;
};

}  // namespace millrace
