// WatermarkMerger: the watermark of an operator with several inputs (or of a task with several
// channels) is the minimum over those that are neither idle nor finished.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "types/batch.h"

namespace millrace {

// What happens to an input that comes back from idleness with a watermark below the combined one.
enum class LaggingInputs : uint8_t {
  kHoldBack,  // it holds the combined watermark where it is (inputs of an operator)
  kIgnore,    // it does not count until it has caught up (channels of one input)
};

class WatermarkMerger {
 public:
  explicit WatermarkMerger(size_t numInputs, LaggingInputs lagging = LaggingInputs::kHoldBack);

  // Each returns the new combined watermark if the change has lifted it.
  std::optional<int64_t> update(size_t input, int64_t watermark);
  std::optional<int64_t> setIdle(size_t input, bool idle);
  // A finished input counts as +infinity for itself; when all have finished the result is
  // kMaxWatermark only if some input ever reached it.
  std::optional<int64_t> setFinished(size_t input);

  int64_t current() const { return combined_; }
  // True when every input is idle (or finished, at least one idle): the output is idle, too.
  bool allIdle() const;

 private:
  std::optional<int64_t> recompute();

  struct Input {
    int64_t watermark = kMinWatermark;
    bool idle = false;
    bool finished = false;
    bool lagging = false;
  };
  std::vector<Input> inputs_;
  LaggingInputs lagging_;
  int64_t combined_ = kMinWatermark;
};

}  // namespace millrace
