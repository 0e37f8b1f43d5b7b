// AggregateView: aggregates that need all values of their group to take one back: MIN and MAX
// (values in order), FIRST_VALUE and LAST_VALUE (values in order of arrival). NULLs do not count.
//
// With a time to live the values of a group live as long as the group: what has been emitted has to
// be taken back as it was.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "operators/aggregation/aggregate_call.h"
#include "runtime/operator.h"
#include "state/key_batch.h"

namespace millrace {

class AggregateView {
 public:
  // Requires: call.function->retract is not kInState.
  static std::unique_ptr<AggregateView> make(const AggregateCall& call);
  virtual ~AggregateView() = default;

  // schema: name, key and names of the view's states; the rest is filled in.
  virtual Status open(StateStore& store, StateSchema schema) = 0;

  // Applies the selected rows of a batch in order; key k is that of the k-th row. mask: rows that
  // take part, by physical row; nullptr = all. before and after (both or none): the result before
  // and after each row, at positions 0, 1, ...
  virtual void update(const Batch& batch, const KeyBatch& keys, const uint8_t* mask, Column* before,
                      Column* after) = 0;
  // Writes the result of key k to position k.
  virtual void result(const KeyBatch& keys, Column& out) = 0;
};

}  // namespace millrace
