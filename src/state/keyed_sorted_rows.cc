#include "state/keyed_sorted_rows.h"

#include <algorithm>
#include <cstring>

#include "state/keyed_table.h"
#include "state/row_pages.h"
#include "state/snapshot.h"
#include "state/sorted_group.h"
#include "state/state_time.h"
#include "state/table_expiry.h"
#include "state/table_key_sweep.h"

namespace millrace {

namespace {

// Groups of more rows are looked through for expired ones sixteen times in a time to live at the
// most.
constexpr size_t kManyRows = 1024;
constexpr int64_t kLooksPerTtl = 16;

SortedRow* sortedRowOf(const StateRow* row) {
  return reinterpret_cast<SortedRow*>(const_cast<StateRow*>(row));
}
StateRow* rowOf(SortedRow* row) { return reinterpret_cast<StateRow*>(row); }

std::shared_ptr<const StateSchema> groupSchema(const StateSchema& schema) {
  auto groups = std::make_shared<StateSchema>();
  groups->name = schema.name;
  groups->key = schema.key;
  groups->parts = {{"rows", "sorted", sizeof(SortedGroup), {}}};
  return groups;
}

}  // namespace

struct KeyedSortedRows::Impl {
  Impl(StateSchema stateSchema, const StateTime* stateTime)
      : schema(std::move(stateSchema)),
        layout(schema.row),
        groups(groupSchema(schema)),
        time(schema.ttlMillis != 0 ? stateTime : nullptr),
        timesRows(time != nullptr && !schema.ttlOfKeys),
        extraOffset(sizeof(SortedRow) + (timesRows ? sizeof(int64_t) : 0)),
        keyOffset(extraOffset + (schema.extraBytes + 7) / 8 * 8) {
    CHECK(schema.ttlMillis == 0 || stateTime != nullptr, "a time to live without time");
    if (time != nullptr) groups.trackTimes(*time, schema.ttlMillis);
  }
  ~Impl() {
    groups.abandonSweep();
    releaseArrays();
  }

  void releaseArrays() {
    groups.forEach([this](std::byte* const* values, size_t n) {
      for (size_t k = 0; k < n; ++k) {
        reinterpret_cast<SortedGroup*>(values[k])->releaseArrays(pages);
      }
    });
  }

  SortedRow* make(std::string_view sortKey, std::string_view row) {
    auto* made =
        reinterpret_cast<SortedRow*>(pages.allocate(keyOffset + row.size() + sortKey.size()));
    made->rowBytes = static_cast<uint32_t>(row.size());
    made->keyBytes = static_cast<uint32_t>(sortKey.size());
    char* bytes = reinterpret_cast<char*>(made);
    if (timesRows) writtenOf(made) = time->nowMillis();
    std::memset(bytes + extraOffset, 0, keyOffset - extraOffset);
    std::memcpy(bytes + keyOffset, row.data(), row.size());
    if (!sortKey.empty()) {
      std::memcpy(bytes + keyOffset + row.size(), sortKey.data(), sortKey.size());
    }
    ++numRows;
    return made;
  }
  void release(SortedRow* row) {
    pages.release(reinterpret_cast<char*>(row), keyOffset + row->rowBytes + row->keyBytes);
    --numRows;
  }

  // Where rows live by themselves: when it was written.
  static int64_t& writtenOf(SortedRow* row) {
    return *reinterpret_cast<int64_t*>(reinterpret_cast<char*>(row) + sizeof(SortedRow));
  }
  bool isTimed() const { return time != nullptr; }
  int64_t limitMillis() const { return time->nowMillis() - schema.ttlMillis; }
  // Takes what has expired from a group. Returns the earliest time that is left,
  // TableExpiry::kNever = nothing is.
  int64_t expireRows(SortedGroup* group, int64_t limitMillis) {
    int64_t earliest = TableExpiry::kNever;
    group->eraseIf(pages, [&](SortedRow* row) {
      if (timesRows && writtenOf(row) > limitMillis) {
        earliest = std::min(earliest, writtenOf(row));
        return false;
      }
      release(row);
      return true;
    });
    if (group->size() > kManyRows) {
      earliest = std::max(earliest, limitMillis + schema.ttlMillis / kLooksPerTtl);
    }
    return earliest;
  }
  // The same with the groups that were looked for last. Groups stay, even without rows.
  void expireFound(SortedGroup* const* found, size_t n) {
    int64_t limit = limitMillis();
    for (size_t k = 0; k < n; ++k) {
      if (found[k] == nullptr) continue;
      int64_t& earliest = groups.foundMillis(k);
      if (earliest > limit) continue;
      int64_t left = expireRows(found[k], limit);
      // A group without rows goes when this time has passed as well.
      earliest = left == TableExpiry::kNever ? time->nowMillis() : left;
    }
  }

  void writeGroup(SnapshotBuffers::Group& buffer, const std::byte* value, int64_t keyMillis,
                  int64_t limitMillis) const;
  Status readGroup(SnapshotReader& reader);

  StateSchema schema;
  RowLayout layout;
  RowPages pages;
  KeyedTable groups;
  const StateTime* time;  // nullptr without a time to live
  bool timesRows;         // rows have times of their own
  size_t extraOffset;     // from a row to the operator's bytes
  size_t keyOffset;       // and to the row's bytes
  size_t numRows = 0;
};

KeyedSortedRows::KeyedSortedRows(StateSchema schema, const StateTime* time)
    : impl_(std::make_unique<Impl>(std::move(schema), time)) {}
KeyedSortedRows::~KeyedSortedRows() = default;

const StateSchema& KeyedSortedRows::schema() const { return impl_->schema; }
const KeyEncoder& KeyedSortedRows::encoder() const { return impl_->groups.encoder(); }
const RowLayout& KeyedSortedRows::layout() const { return impl_->layout; }
size_t KeyedSortedRows::numRows() const { return impl_->numRows; }
size_t KeyedSortedRows::byteSize() const {
  return impl_->groups.byteSize() + impl_->pages.reservedBytes();
}

void KeyedSortedRows::setKeyGroups(KeyGroupRange range, uint32_t maxParallelism) {
  impl_->groups.setKeyGroups(range, maxParallelism);
}

void KeyedSortedRows::findOrInsert(const KeyBatch& keys, SortedGroup** groups) {
  impl_->groups.findOrInsert(keys, reinterpret_cast<std::byte**>(groups), nullptr);
  if (!impl_->isTimed()) return;
  impl_->expireFound(groups, keys.size());
  if (impl_->timesRows) return;
  for (size_t k = 0; k < keys.size(); ++k) impl_->groups.foundMillis(k) = impl_->time->nowMillis();
}

void KeyedSortedRows::find(const KeyBatch& keys, SortedGroup** groups) const {
  impl_->groups.find(keys, reinterpret_cast<std::byte**>(groups));
  if (impl_->isTimed()) impl_->expireFound(groups, keys.size());
}

size_t KeyedSortedRows::size(const SortedGroup* group) { return group->size(); }

void KeyedSortedRows::prefetch(const SortedGroup* group) { group->prefetch(); }

size_t KeyedSortedRows::insert(SortedGroup* group, std::string_view sortKey, std::string_view row,
                               StateRow** inserted) {
  SortedRow* made = impl_->make(sortKey, row);
  if (inserted) *inserted = rowOf(made);
  return group->insert(impl_->pages, SortedGroup::Probe(sortKey), made, impl_->keyOffset);
}

size_t KeyedSortedRows::rankOf(const SortedGroup* group, std::string_view sortKey,
                               std::string_view row) const {
  size_t rank = group->lowerBound(SortedGroup::Probe(sortKey), impl_->keyOffset);
  for (; rank < group->size(); ++rank) {
    const StateRow* candidate = at(group, rank);
    if (this->sortKey(candidate) != sortKey) break;
    if (std::string_view(rowBytes(candidate), rowSize(candidate)) == row) return rank;
  }
  return SIZE_MAX;
}

size_t KeyedSortedRows::lowerBound(const SortedGroup* group, std::string_view sortKey) const {
  return group->lowerBound(SortedGroup::Probe(sortKey), impl_->keyOffset);
}

StateRow* KeyedSortedRows::at(const SortedGroup* group, size_t rank) const {
  return rowOf(group->at(rank));
}

void KeyedSortedRows::eraseAt(SortedGroup* group, size_t rank) {
  impl_->release(group->eraseAt(impl_->pages, rank));
}

void KeyedSortedRows::replaceAt(SortedGroup* group, size_t rank, std::string_view row) {
  SortedRow* made = impl_->make(sortKey(at(group, rank)), row);
  impl_->release(group->replaceAt(rank, made));
}

void KeyedSortedRows::drop(SortedGroup* group) {
  group->forEach([this](SortedRow* row) { impl_->release(row); });
  group->releaseArrays(impl_->pages);
  impl_->groups.erase(reinterpret_cast<std::byte*>(group));
}

std::string_view KeyedSortedRows::sortKey(const StateRow* row) const {
  const SortedRow* sorted = sortedRowOf(row);
  return {rowBytes(row) + sorted->rowBytes, sorted->keyBytes};
}

const char* KeyedSortedRows::rowBytes(const StateRow* row) const {
  return reinterpret_cast<const char*>(row) + impl_->keyOffset;
}

uint32_t KeyedSortedRows::rowSize(const StateRow* row) const { return sortedRowOf(row)->rowBytes; }

std::byte* KeyedSortedRows::extra(StateRow* row) const {
  return reinterpret_cast<std::byte*>(row) + impl_->extraOffset;
}

const StateTime* KeyedSortedRows::time() const { return impl_->time; }

int64_t KeyedSortedRows::writtenMillis(const SortedGroup* group, const StateRow* row) const {
  if (impl_->timesRows) return Impl::writtenOf(sortedRowOf(row));
  return impl_->groups.writtenMillis(reinterpret_cast<const std::byte*>(group));
}

void KeyedSortedRows::setWrittenMillis(SortedGroup* group, StateRow* row, int64_t millis) {
  if (!impl_->isTimed()) return;
  const auto* value = reinterpret_cast<const std::byte*>(group);
  if (impl_->timesRows) {
    int64_t& written = Impl::writtenOf(sortedRowOf(row));
    written = std::min(millis, impl_->time->nowMillis());
    millis = std::min(written, impl_->groups.writtenMillis(value));
  }
  impl_->groups.setWrittenMillis(value, millis);
}

int64_t KeyedSortedRows::nextExpiryMillis() const { return impl_->groups.nextExpiryMillis(); }

void KeyedSortedRows::removeExpired() {
  if (!impl_->isTimed()) return;
  int64_t limit = impl_->limitMillis();
  impl_->groups.removeExpired([&](std::byte* const* values, size_t n, int64_t* left) {
    for (size_t k = 0; k < n; ++k) {
      auto* group = reinterpret_cast<SortedGroup*>(values[k]);
      left[k] = impl_->expireRows(group, limit);
      if (left[k] == TableExpiry::kNever) group->releaseArrays(impl_->pages);
    }
  });
  if (impl_->groups.size() == 0 && impl_->pages.reservedBytes() > 0) impl_->pages.clear();
}

std::string_view KeyedSortedRows::keyBytes(const SortedGroup* group) const {
  const auto* value = reinterpret_cast<const std::byte*>(group);
  return {impl_->groups.keyBytes(value), impl_->groups.keySize(value)};
}

uint64_t KeyedSortedRows::keyHash(const SortedGroup* group) const {
  return impl_->groups.keyHash(reinterpret_cast<const std::byte*>(group));
}

void KeyedSortedRows::forEachGroup(const std::function<void(SortedGroup*)>& visit) {
  impl_->groups.forEach([&](std::byte* const* values, size_t n) {
    for (size_t k = 0; k < n; ++k) visit(reinterpret_cast<SortedGroup*>(values[k]));
  });
}

void KeyedSortedRows::clear() {
  impl_->groups.finishSweep();
  impl_->releaseArrays();
  impl_->groups.clear();
  impl_->pages.clear();
  impl_->numRows = 0;
}

void KeyedSortedRows::Impl::writeGroup(SnapshotBuffers::Group& buffer, const std::byte* value,
                                       int64_t keyMillis, int64_t limitMillis) const {
  const auto* group = reinterpret_cast<const SortedGroup*>(value);
  auto lives = [&](SortedRow* row) { return !timesRows || writtenOf(row) > limitMillis; };
  uint64_t count = group->size();
  if (timesRows) {
    count = 0;
    group->forEach([&](SortedRow* row) { count += lives(row) ? 1 : 0; });
  } else if (isTimed() && keyMillis <= limitMillis) {
    count = 0;
  }
  if (isTimed() && count == 0) return;
  buffer.addEntries(1);
  buffer.put(groups.keyHash(value));
  buffer.put(groups.keySize(value));
  buffer.append(groups.keyBytes(value), groups.keySize(value));
  if (isTimed() && !timesRows) buffer.put(keyMillis);
  buffer.put(count);
  group->forEach([&](SortedRow* row) {
    // Header, time, operator's bytes, row and sort key are contiguous.
    if (lives(row)) buffer.append(row, keyOffset + row->rowBytes + row->keyBytes);
  });
}

std::unique_ptr<StateSweep> KeyedSortedRows::beginSnapshot(SnapshotBuffers& buffers) {
  Impl* impl = impl_.get();
  int64_t limit = impl->isTimed() ? impl->limitMillis() : 0;
  return beginKeySweep(
      impl->groups, buffers,
      [impl, limit](SnapshotBuffers::Group& buffer, const std::byte* value, uint32_t entry) {
        impl->writeGroup(buffer, value, impl->groups.entryMillis(entry), limit);
      });
}

Status KeyedSortedRows::Impl::readGroup(SnapshotReader& reader) {
  uint64_t hash = TRY(reader.get<uint64_t>());
  uint32_t keySize = TRY(reader.get<uint32_t>());
  const char* key = TRY(reader.take(keySize));
  bool storedOfKey = reader.times() == StoredTimes::kKeys;
  bool storedOfRows = reader.times() == StoredTimes::kRows;
  int64_t written = isTimed() ? time->nowMillis() : 0;
  if (storedOfKey) written = TRY(reader.get<int64_t>());
  uint64_t count = TRY(reader.get<uint64_t>());
  KeyBatch batch;
  batch.reset(groups.encoder());
  batch.append(hash, {key, keySize});
  std::byte* value = nullptr;
  groups.findOrInsert(batch, &value, nullptr);
  auto* group = reinterpret_cast<SortedGroup*>(value);
  size_t extraBytes = keyOffset - extraOffset;
  int64_t earliest = written;
  for (; count > 0; --count) {
    SortedRow header = TRY(reader.get<SortedRow>());
    if (storedOfRows) written = TRY(reader.get<int64_t>());
    earliest = std::min(earliest, written);
    const char* extra = TRY(reader.take(extraBytes));
    const char* row = TRY(reader.take(header.rowBytes));
    std::string_view sortKey(TRY(reader.take(header.keyBytes)), header.keyBytes);
    SortedRow* made = make(sortKey, {row, header.rowBytes});
    std::memcpy(reinterpret_cast<char*>(made) + extraOffset, extra, extraBytes);
    if (timesRows) writtenOf(made) = written;
    group->insert(pages, SortedGroup::Probe(sortKey), made, keyOffset);
  }
  if (isTimed()) groups.foundMillis(0) = earliest;
  return Status();
}

Status KeyedSortedRows::restore(SnapshotReader& reader, KeyGroupRange range,
                                uint32_t maxParallelism) {
  TRY(reader.check(impl_->schema, maxParallelism));
  impl_->groups.reserve(impl_->groups.size() + reader.totalEntries(range));
  while (TRY(reader.nextGroup(range))) {
    for (uint64_t entry = reader.entries(); entry > 0; --entry) TRY(impl_->readGroup(reader));
  }
  return Status();
}

}  // namespace millrace
