// WindowSlices: the slices of TUMBLE, HOP and CUMULATE windows. Windows overlap; slices do not, and
// each window is a run of whole slices. A slice or window is named by its end (exclusive, in
// milliseconds). Immutable.
#pragma once

#include <cstdint>

#include "operators/window/window_spec.h"

namespace millrace {

class WindowSlices {
 public:
  // Requires: not SESSION; sizes are positive; CUMULATE's size is a multiple of its step.
  explicit WindowSlices(const WindowSpec& spec);

  int64_t sliceMillis() const { return slice_; }
  // True when a window is exactly one slice.
  bool isTumble() const { return kind_ == WindowKind::kTumble; }
  bool isCumulate() const { return kind_ == WindowKind::kCumulate; }

  int64_t sliceEndOf(int64_t time) const { return floorTo(time, offset_, slice_) + slice_; }
  // The first and the last window that hold a slice. The last one is before the slice when no
  // window holds it (HOP with a slide above its size).
  int64_t firstWindowEnd(int64_t sliceEnd) const;
  int64_t lastWindowEnd(int64_t sliceEnd) const;
  // The end of the window that follows, whatever it holds.
  int64_t nextWindowEnd(int64_t windowEnd) const { return windowEnd + step_; }
  int64_t previousWindowEnd(int64_t windowEnd) const { return windowEnd - step_; }
  int64_t windowStart(int64_t windowEnd) const;
  int64_t firstSliceEnd(int64_t windowEnd) const { return windowStart(windowEnd) + slice_; }

 private:
  static int64_t floorTo(int64_t time, int64_t offset, int64_t size) {
    int64_t rest = (time - offset) % size;
    return time - (rest < 0 ? rest + size : rest);
  }

  WindowKind kind_;
  int64_t size_;
  int64_t step_;  // between the ends of two windows
  int64_t slice_;
  int64_t offset_;
};

}  // namespace millrace
