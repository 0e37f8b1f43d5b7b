// Session windows of every key: which session a row belongs to, which sessions become one, and when
// they are over. What is kept of a session's rows is the contents' business.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "operators/window/window_output.h"
#include "operators/window/window_spec.h"
#include "runtime/operator.h"

namespace millrace {

// What open sessions hold, by key and session id. An owner is the hash of the session's key; state
// that is keyed by key and id belongs into the owner's key group (KeyBatch::placeWith).
class SessionContents {
 public:
  virtual ~SessionContents() = default;
  virtual Status open(StateStore& store) = 0;
  // The batch that rows of update() and merge() belong to.
  virtual void beginBatch(const Batch& batch) = 0;
  // Adds rows to sessions; ids[k] and owners[k] are of rows[k].
  virtual void update(const Rows& rows, const int64_t* ids, const uint64_t* owners) = 0;
  // Adds the second session of a row's key to the first and removes it.
  virtual void merge(uint32_t row, uint64_t owner, int64_t target, int64_t source) = 0;
  // Removes sessions and returns what is to be emitted of them; keys: one row per session.
  // kept[i] is the session of row i of the result, ascending. Where keys are emitted there is at
  // most one row per session.
  virtual std::vector<ColumnPtr> take(const std::vector<ColumnPtr>& keys,
                                      const std::vector<int64_t>& ids, const uint64_t* owners,
                                      std::vector<uint32_t>& kept) = 0;
};

struct SessionWindowsSpec {
  WindowSpec window;
  std::vector<Type> input;
  // What the input columns are, for the schemas of states; may be empty (state/state_schema.h).
  std::vector<std::string> inputNames;
  std::vector<uint32_t> keys;
  int timeColumn = 0;
  bool emitsKeys = true;        // in front of the contents' columns
  bool dropsNullTimes = false;  // otherwise a NULL time is an error
};

OperatorPtr makeSessionWindows(const SessionWindowsSpec& spec,
                               std::unique_ptr<SessionContents> contents, WindowOutput output);

}  // namespace millrace
