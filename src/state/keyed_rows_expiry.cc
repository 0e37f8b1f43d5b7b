// The time to live of rows: each by itself, or with their keys.
#include <algorithm>

#include "state/keyed_rows_impl.h"
#include "state/table_expiry.h"

namespace millrace {

namespace {

// Keys with more rows, whose times are in no order, are looked through sixteen times in a time to
// live at the most.
constexpr uint64_t kManyRows = 1024;
constexpr int64_t kLooksPerTtl = 16;

}  // namespace

void KeyedRows::Impl::setWritten(RowLink* link, std::byte* owner, size_t k, int64_t millis) {
  int64_t& ofKey = keys.foundMillis(k);
  if (!timesRows) {
    ofKey = millis;
    return;
  }
  writtenOf(link) = millis;
  ofKey = std::min(ofKey, millis);
  if (listOf(owner).count > 1 && millis < lastGivenMillis) touchesRows = true;
  lastGivenMillis = millis;
}

void KeyedRows::Impl::expireFound(size_t n) {
  int64_t limit = limitMillis();
  for (size_t k = 0; k < n; ++k) {
    if (owners[k] == nullptr) continue;
    int64_t& earliest = keys.foundMillis(k);
    if (earliest > limit) continue;
    int64_t left = expireRows(owners[k], limit);
    // A key without rows goes when this time has passed as well.
    earliest = left == TableExpiry::kNever ? time->nowMillis() : left;
  }
}

int64_t KeyedRows::Impl::expireRows(std::byte* value, int64_t limitMillis) {
  RowList& list = listOf(value);
  RowLink* before = nullptr;
  int64_t earliest = TableExpiry::kNever;
  for (RowLink* link = list.first; link != nullptr;) {
    RowLink* next = link->next;
    if (!timesRows || isExpired(link, limitMillis)) {
      unlink(list, link, before);
      freeRow(link);
    } else {
      earliest = std::min(earliest, writtenOf(link));
      // The rows behind it were written later.
      if (!touchesRows) break;
      before = link;
    }
    link = next;
  }
  if (touchesRows && list.count > kManyRows) {
    earliest = std::max(earliest, limitMillis + schema.ttlMillis / kLooksPerTtl);
  }
  return earliest;
}

uint64_t KeyedRows::Impl::countLive(const RowList& list, int64_t keyMillis,
                                    int64_t limitMillis) const {
  if (!timesRows) return keyMillis > limitMillis ? list.count : 0;
  uint64_t count = 0;
  for (RowLink* link = list.first; link != nullptr; link = link->next) {
    count += isExpired(link, limitMillis) ? 0 : 1;
  }
  return count;
}

const StateTime* KeyedRows::time() const { return impl_->time; }

int64_t KeyedRows::writtenMillis(const StateRow* row) const {
  if (impl_->timesRows) return impl_->writtenOf(linkOf(row));
  return impl_->isTimed() ? impl_->keys.writtenMillis(linkOf(row)->owner) : 0;
}

void KeyedRows::touch(StateRow* row) {
  if (!impl_->timesRows) return;
  impl_->writtenOf(linkOf(row)) = impl_->time->nowMillis();
  impl_->touchesRows = true;
}

void KeyedRows::touchKeys(const KeyBatch& keys) {
  Impl& impl = *impl_;
  if (!impl.isTimed() || impl.timesRows) return;
  impl.owners.resize(keys.size());
  impl.keys.find(keys, impl.owners.data());
  impl.expireFound(keys.size());
  for (size_t k = 0; k < keys.size(); ++k) {
    if (impl.owners[k] != nullptr) impl.keys.foundMillis(k) = impl.time->nowMillis();
  }
}

int64_t KeyedRows::nextExpiryMillis() const { return impl_->keys.nextExpiryMillis(); }

void KeyedRows::removeExpired() {
  if (!impl_->isTimed()) return;
  int64_t limit = impl_->limitMillis();
  impl_->keys.removeExpired([&](std::byte* const* values, size_t n, int64_t* left) {
    for (size_t k = 0; k < n; ++k) left[k] = impl_->expireRows(values[k], limit);
  });
  if (impl_->numRows == 0 && impl_->pages.reservedBytes() > 0) {
    impl_->pages.clear();
    impl_->index.clear();
  }
}

}  // namespace millrace
