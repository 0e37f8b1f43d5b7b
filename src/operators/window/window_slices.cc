#include "operators/window/window_slices.h"

#include <numeric>

#include "base/check.h"

namespace millrace {

WindowSlices::WindowSlices(const WindowSpec& spec)
    : kind_(spec.kind), size_(spec.sizeMillis), offset_(spec.offsetMillis) {
  CHECK(kind_ != WindowKind::kSession);
  step_ = kind_ == WindowKind::kTumble ? size_ : spec.slideMillis;
  slice_ = kind_ == WindowKind::kHop ? std::gcd(size_, step_) : step_;
  CHECK(size_ > 0 && step_ > 0);
}

int64_t WindowSlices::firstWindowEnd(int64_t sliceEnd) const {
  if (kind_ != WindowKind::kHop) return sliceEnd;
  return floorTo(sliceEnd - 1, offset_ + size_, step_) + step_;
}

int64_t WindowSlices::lastWindowEnd(int64_t sliceEnd) const {
  if (kind_ == WindowKind::kTumble) return sliceEnd;
  int64_t begin = sliceEnd - slice_;
  return floorTo(begin, offset_, kind_ == WindowKind::kHop ? step_ : size_) + size_;
}

int64_t WindowSlices::windowStart(int64_t windowEnd) const {
  if (kind_ == WindowKind::kCumulate) return floorTo(windowEnd - 1, offset_, size_);
  return windowEnd - size_;
}

}  // namespace millrace
