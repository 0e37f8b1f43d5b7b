#include "operators/window/session_list.h"

#include <cstring>

namespace millrace {

namespace {

// The bytes of a time in which order of bytes is order of time.
struct TimeKey {
  explicit TimeKey(int64_t time) {
    bits = __builtin_bswap64(static_cast<uint64_t>(time) ^ (uint64_t{1} << 63));
  }
  std::string_view view() const { return {reinterpret_cast<const char*>(&bits), sizeof(bits)}; }
  uint64_t bits;
};

}  // namespace

Status SessionList::open(StateStore& store, std::vector<Type> key,
                         std::vector<std::string> keyNames, const std::string& window) {
  StateSchema schema;
  schema.name = "sessions";
  schema.kind = StateKind::kKeyedSortedRows;
  schema.key = std::move(key);
  schema.keyNames = std::move(keyNames);
  schema.row = {Type::bigint().withNullable(false)};
  schema.order = window;
  schema.extraBytes = sizeof(Extra);
  rows_ = TRY(store.openSortedRows(std::move(schema)));
  row_.assign(rows_->layout().fixedSize(), '\0');
  return {};
}

SessionList::Extra& SessionList::extra(const SortedGroup* group, size_t rank) const {
  return *reinterpret_cast<Extra*>(rows_->extra(rows_->at(group, rank)));
}

WindowSession SessionList::at(const SortedGroup* group, size_t rank) const {
  StateRow* row = rows_->at(group, rank);
  const Extra& extra = *reinterpret_cast<const Extra*>(rows_->extra(row));
  return {rows_->layout().value<int64_t>(rows_->rowBytes(row), 0), extra.end, extra.id};
}

void SessionList::touching(const SortedGroup* group, int64_t start, int64_t end, size_t& first,
                           std::vector<WindowSession>& found) const {
  found.clear();
  size_t size = KeyedSortedRows::size(group);
  // Those with a start up to `end`; the last ones of them may reach `start`.
  size_t rank = size;
  if (size > 0 && at(group, size - 1).start > end) {
    rank = rows_->lowerBound(group, TimeKey(end + 1).view());
  }
  first = rank;
  while (first > 0 && extra(group, first - 1).end >= start) --first;
  for (size_t i = first; i < rank; ++i) found.push_back(at(group, i));
}

size_t SessionList::find(const SortedGroup* group, int64_t id) const {
  // The session reaches over its first row's time.
  size_t size = KeyedSortedRows::size(group);
  size_t rank = size;
  if (size > 0 && at(group, size - 1).start > id) {
    rank = rows_->lowerBound(group, TimeKey(id + 1).view());
  }
  if (rank == 0 || extra(group, rank - 1).id != id) return SIZE_MAX;
  return rank - 1;
}

void SessionList::insert(SortedGroup* group, const WindowSession& session) {
  std::memcpy(row_.data() + rows_->layout().slotOffset(0), &session.start, sizeof(int64_t));
  StateRow* inserted = nullptr;
  rows_->insert(group, TimeKey(session.start).view(), row_, &inserted);
  *reinterpret_cast<Extra*>(rows_->extra(inserted)) = {session.end, session.id};
}

void SessionList::setEnd(const SortedGroup* group, size_t rank, int64_t end) {
  extra(group, rank).end = end;
}

}  // namespace millrace
