// TableExpiry: when the entries of a KeyedTable were written last, and which have expired: a column
// beside the entries, by entry number, that tables without a time to live do not have.
//
// Expired entries are looked for in slices: a slice costs a scan of some thousand numbers, and no
// pass begins before something can have expired. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "state/state_time.h"

namespace millrace {

class TableExpiry {
 public:
  // The time of a number without an entry.
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  TableExpiry(const StateTime& time, int64_t ttlMillis) : time_(time), ttlMillis_(ttlMillis) {}

  const StateTime& time() const { return time_; }
  int64_t nowMillis() const { return time_.nowMillis(); }
  // What was written at this time or before has expired.
  int64_t limitMillis() const { return time_.nowMillis() - ttlMillis_; }

  // Of an entry, or kNever.
  int64_t& at(uint32_t entry) { return pages_[entry / kPageEntries][entry % kPageEntries]; }
  int64_t at(uint32_t entry) const { return pages_[entry / kPageEntries][entry % kPageEntries]; }
  void prefetch(uint32_t entry) const {
    __builtin_prefetch(&pages_[entry / kPageEntries][entry % kPageEntries]);
  }
  // The entry has been made, now.
  void add(uint32_t entry) {
    if (entry / kPageEntries >= pages_.size()) addPages(entry);
    at(entry) = time_.nowMillis();
  }
  void remove(uint32_t entry) { at(entry) = kNever; }
  // An expired entry lives on with this time.
  void keep(uint32_t entry, int64_t millis);
  // Forgets the numbers from `end` on, which have no entries.
  void truncate(uint32_t end);
  void clear();
  size_t byteSize() const { return pages_.size() * kPageEntries * sizeof(int64_t); }

  // When the next slice may find something; kNever: there are no entries.
  int64_t nextSliceMillis() const {
    if (pages_.empty()) return kNever;
    return next_ == 0 ? nextPassMillis_ : time_.nowMillis();
  }
  // Appends the expired entries of the next slice. end: all numbers in use are lower. True when the
  // pass over all entries has ended with it.
  bool nextSlice(uint32_t end, std::vector<uint32_t>& expired);

 private:
  static constexpr uint32_t kPageEntries = 4096;

  void addPages(uint32_t entry);
  // When something that was written then expires.
  int64_t expiryOf(int64_t millis) const {
    return millis > kNever - ttlMillis_ ? kNever : millis + ttlMillis_;
  }

  const StateTime& time_;
  int64_t ttlMillis_;
  std::vector<std::unique_ptr<int64_t[]>> pages_;
  // The pass under way: the next number (0 = none is), and the earliest time that it has left.
  uint32_t next_ = 0;
  int64_t earliestMillis_ = kNever;
  int64_t nextPassMillis_ = 0;
};

}  // namespace millrace
