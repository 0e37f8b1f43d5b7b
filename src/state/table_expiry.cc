#include "state/table_expiry.h"

#include <algorithm>

namespace millrace {

namespace {

// How many numbers a slice looks at, and how many expired entries end it: more than a batch of rows
// can add.
constexpr uint32_t kSliceEntries = 16 * 1024;
constexpr size_t kSliceExpired = 8 * 1024;

}  // namespace

void TableExpiry::addPages(uint32_t entry) {
  while (entry / kPageEntries >= pages_.size()) {
    pages_.push_back(std::make_unique_for_overwrite<int64_t[]>(kPageEntries));
    std::fill_n(pages_.back().get(), kPageEntries, kNever);
  }
}

void TableExpiry::keep(uint32_t entry, int64_t millis) {
  at(entry) = millis;
  earliestMillis_ = std::min(earliestMillis_, millis);
  nextPassMillis_ = std::min(nextPassMillis_, expiryOf(millis));
}

void TableExpiry::truncate(uint32_t end) {
  size_t kept = (size_t{end} + kPageEntries - 1) / kPageEntries;
  if (kept < pages_.size()) pages_.resize(kept);
}

void TableExpiry::clear() {
  pages_.clear();
  next_ = 0;
  nextPassMillis_ = expiryOf(nowMillis());
}

bool TableExpiry::nextSlice(uint32_t end, std::vector<uint32_t>& expired) {
  int64_t now = nowMillis();
  if (next_ == 0) {
    if (now < nextPassMillis_) return false;
    next_ = 1;
    // Entries that are made behind the pass are not earlier.
    earliestMillis_ = now;
  }
  end = static_cast<uint32_t>(std::min<size_t>(end, pages_.size() * kPageEntries));
  uint32_t last = static_cast<uint32_t>(std::min<uint64_t>(end, uint64_t{next_} + kSliceEntries));
  int64_t limit = limitMillis();
  for (; next_ < last && expired.size() < kSliceExpired; ++next_) {
    int64_t millis = at(next_);
    if (millis <= limit) {
      expired.push_back(next_);
    } else {
      earliestMillis_ = std::min(earliestMillis_, millis);
    }
  }
  if (next_ < end) return false;
  next_ = 0;
  nextPassMillis_ = expiryOf(earliestMillis_);
  return true;
}

}  // namespace millrace
