// Top-N over rows that are updated by a key: +I and +U alone, a +U replaces the row with its key
// (RankSpec::upsertKey). A row only moves towards the front, so that a row that is not among the
// first ones can come back no other way than by an update of its own: only the first rows are kept.
#pragma once

#include "operators/rank/rank.h"

namespace millrace {

// Requires: spec.upsertKey is not empty and holds the partition keys; its columns are not nested.
Result<OperatorPtr> makeUpsertRank(const RankSpec& spec);

}  // namespace millrace
