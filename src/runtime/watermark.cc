#include "runtime/watermark.h"

#include <algorithm>

namespace millrace {

WatermarkMerger::WatermarkMerger(size_t numInputs, LaggingInputs lagging)
    : inputs_(numInputs), lagging_(lagging) {}

std::optional<int64_t> WatermarkMerger::update(size_t input, int64_t watermark) {
  Input& changed = inputs_[input];
  // The usual case first: one input, or an input that is not the slowest.
  bool wasSlowest = changed.watermark <= combined_;
  changed.watermark = std::max(changed.watermark, watermark);
  if (changed.watermark >= combined_) changed.lagging = false;
  if (changed.idle || !wasSlowest) return std::nullopt;
  return recompute();
}

std::optional<int64_t> WatermarkMerger::setIdle(size_t input, bool idle) {
  Input& changed = inputs_[input];
  changed.idle = idle;
  if (!idle) changed.lagging = changed.watermark < combined_;
  return recompute();
}

std::optional<int64_t> WatermarkMerger::setFinished(size_t input) {
  inputs_[input].finished = true;
  inputs_[input].idle = false;
  return recompute();
}

bool WatermarkMerger::allIdle() const {
  bool anyIdle = false;
  for (const Input& input : inputs_) {
    if (!input.idle && !input.finished) return false;
    anyIdle = anyIdle || input.idle;
  }
  return anyIdle;
}

std::optional<int64_t> WatermarkMerger::recompute() {
  int64_t minimum = kMaxWatermark;
  int64_t furthest = kMinWatermark;  // of those that will not come with anything lower
  bool anyActive = false;
  bool anyCounts = false;
  for (const Input& input : inputs_) {
    if (input.finished || (input.idle && lagging_ == LaggingInputs::kIgnore)) {
      furthest = std::max(furthest, input.watermark);
    }
    if (input.idle || input.finished) continue;
    anyActive = true;
    if (input.lagging && lagging_ == LaggingInputs::kIgnore) continue;
    anyCounts = true;
    minimum = std::min(minimum, input.watermark);
  }
  // With nobody left to wait for, the furthest watermark counts. Lagging inputs alone lift nothing.
  if (!anyActive) {
    minimum = furthest;
  } else if (!anyCounts) {
    return std::nullopt;
  }
  if (minimum <= combined_) return std::nullopt;
  combined_ = minimum;
  return combined_;
}

}  // namespace millrace
