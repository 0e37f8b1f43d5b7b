// StateTime: the processing time by which the entries of a subtask's states expire. It stands still
// while an operator works on a batch, so that nothing that was handed out expires under its hands.
// Not thread-safe.
#pragma once

#include <algorithm>
#include <cstdint>

namespace millrace {

class StateTime {
 public:
  int64_t nowMillis() const { return nowMillis_; }
  // Never goes back.
  void advance(int64_t nowMillis) { nowMillis_ = std::max(nowMillis_, nowMillis); }

 private:
  int64_t nowMillis_ = 0;
};

}  // namespace millrace
