// The time to live of a KeyedTable's entries.
#include <algorithm>
#include <cstring>

#include "state/keyed_table.h"
#include "state/table_expiry.h"
#include "state/table_slots.h"
#include "state/table_sweep.h"

namespace millrace {

namespace {

constexpr size_t kPrefetchDistance = 16;

uint32_t numberOf(uint32_t found) { return found & ~kNewEntry; }

}  // namespace

const StateTime* KeyedTable::time() const { return hidesExpired_ ? &expiry_->time() : nullptr; }

int64_t KeyedTable::writtenMillis(const std::byte* value) const {
  return expiry_ ? expiry_->at(slots_->index.at(slots_->slotOf(value)).entry) : 0;
}

void KeyedTable::setWrittenMillis(const std::byte* value, int64_t millis) {
  if (!expiry_) return;
  uint32_t entry = slots_->index.at(slots_->slotOf(value)).entry;
  expiry_->at(entry) = std::min(millis, expiry_->nowMillis());
}

void KeyedTable::trackTimes(const StateTime& time, int64_t ttlMillis) {
  CHECK(size() == 0 && !expiry_);
  expiry_ = std::make_unique<TableExpiry>(time, ttlMillis);
}

int64_t& KeyedTable::foundMillis(size_t k) { return expiry_->at(numberOf(found_[k])); }

int64_t KeyedTable::entryMillis(uint32_t entry) const { return expiry_ ? expiry_->at(entry) : 0; }

void KeyedTable::hideExpired(std::byte** values, size_t n) const {
  int64_t limit = expiry_->limitMillis();
  for (size_t k = 0; k < n; ++k) {
    if (found_[k] != 0 && expiry_->at(found_[k]) <= limit) values[k] = nullptr;
  }
}

// Gives the found entries their times. One that has expired begins anew where it is.
void KeyedTable::renewExpired(std::byte** values, size_t n, uint8_t* isNew, Access access) {
  for (size_t k = 0; k < n; ++k) {
    if (found_[k] >= kNewEntry) expiry_->add(numberOf(found_[k]));
  }
  if (!hidesExpired_) return;
  int64_t now = expiry_->nowMillis();
  int64_t limit = expiry_->limitMillis();
  for (size_t k = 0; k < n; ++k) {
    if (k + kPrefetchDistance < n) expiry_->prefetch(numberOf(found_[k + kPrefetchDistance]));
    int64_t& written = expiry_->at(numberOf(found_[k]));
    if (written <= limit) {
      freeStrings(values[k]);
      std::memset(values[k], 0, valueBytes_);
      written = now;
      if (isNew) isNew[k] = 1;
    } else if (access == Access::kWrite) {
      written = now;
    }
  }
}

int64_t KeyedTable::nextExpiryMillis() const {
  return expiry_ ? expiry_->nextSliceMillis() : TableExpiry::kNever;
}

void KeyedTable::removeExpired() {
  if (!hidesExpired_) return;
  removeExpired([](std::byte* const*, size_t n, int64_t* left) {
    std::fill(left, left + n, TableExpiry::kNever);
  });
}

void KeyedTable::removeExpired(const Expire& expire) {
  std::vector<uint32_t> numbers;
  bool ended = expiry_->nextSlice(slots_->pages.end(), numbers);
  if (!numbers.empty()) {
    std::vector<std::byte*> values;
    for (uint32_t number : numbers) {
      values.push_back(slots_->pages.address(number) + slots_->headerBytes());
      if (sweep_) sweep_->note(number, values.back());
    }
    if (sweep_) sweep_->flush();
    std::vector<int64_t> left(numbers.size());
    expire(values.data(), values.size(), left.data());
    for (size_t i = 0; i < numbers.size(); ++i) {
      if (left[i] == TableExpiry::kNever) {
        erase(values[i]);
      } else {
        expiry_->keep(numbers[i], left[i]);
      }
    }
  }
  if (ended) shrink();
}

// Entries do not move. But low numbers are handed out first behind a pass, so that those which stay
// gather there in time.
void KeyedTable::shrink() {
  if (sweep_) return;
  if (size() == 0) {
    if (slots_->index.capacity() > 0) clear();
    return;
  }
  if (size() >= (slots_->pages.end() - EntryPages::kFirst) / 2) return;
  slots_->pages.compact(
      [this](uint32_t number) { return expiry_->at(number) == TableExpiry::kNever; });
  expiry_->truncate(slots_->pages.end());
  slots_->index.shrink();
}

}  // namespace millrace
