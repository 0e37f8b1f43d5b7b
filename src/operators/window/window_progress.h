// WindowProgress: how far the windows of an operator have been fired: its watermark, or the
// processing time. Kept in an operator state, so that a restored operator knows which rows are
// late.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

#include "runtime/operator.h"

namespace millrace {

class WindowProgress {
 public:
  Status open(StateStore& store) {
    state_ = TRY(store.openList("progress", Redistribution::kUnion));
    bool first = true;
    for (const std::string& text : state_->elements()) {
      int64_t restored = kMinWatermark;
      std::from_chars(text.data(), text.data() + text.size(), restored);
      millis_ = first ? restored : std::min(millis_, restored);
      first = false;
    }
    return {};
  }
  void save() { state_->elements().assign(1, std::to_string(millis_)); }

  int64_t millis() const { return millis_; }
  void advance(int64_t millis) { millis_ = std::max(millis_, millis); }

 private:
  ListState* state_ = nullptr;
  int64_t millis_ = kMinWatermark;
};

}  // namespace millrace
