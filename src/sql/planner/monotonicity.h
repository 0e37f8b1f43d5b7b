// How the updates of a plan node change each of its columns, as Flink reasons about it: a MAX over
// values that only grow (or a MIN over values that only shrink) has nothing to take back, so that
// it keeps one value instead of all of them, and a retraction does not change it.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "sql/plan/logical.h"

namespace millrace {

enum class Monotonicity : uint8_t {
  kNone,
  kConstant,    // an update leaves the column as it is
  kDerived,     // computed from constant columns: as constant, but no key of a further aggregate
  kIncreasing,  // an update makes the value larger, or leaves it
  kDecreasing,
};

// One per column; nullopt: rows may be deleted, or nothing is known.
using Monotonicities = std::optional<std::vector<Monotonicity>>;

class MonotonicityInference {
 public:
  const Monotonicities& of(const LogicalPtr& node);
  // Whether call i of the aggregate is a MIN or MAX that retractions cannot change.
  bool ignoresRetractions(const LogicalAggregate& node, size_t i);

 private:
  Monotonicities infer(const LogicalPtr& node);
  Monotonicities ofProject(const LogicalProject& node);
  Monotonicities ofFilter(const LogicalFilter& node);
  Monotonicities ofAggregate(const LogicalAggregate& node);
  Monotonicities ofJoin(const LogicalJoin& node);
  Monotonicities ofUnion(const LogicalUnion& node);
  Monotonicities ofDeduplicate(const LogicalDeduplicate& node);
  static Monotonicity ofCall(const AggregateCall& call, const std::vector<Monotonicity>& input);

  std::unordered_map<const LogicalNode*, Monotonicities> done_;
};

}  // namespace millrace
