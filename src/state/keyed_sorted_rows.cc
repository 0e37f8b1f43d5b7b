#include "state/keyed_sorted_rows.h"

#include <cstring>

#include "state/keyed_table.h"
#include "state/row_pages.h"
#include "state/snapshot.h"
#include "state/sorted_group.h"
#include "state/table_key_sweep.h"

namespace millrace {

namespace {

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
  explicit Impl(StateSchema stateSchema)
      : schema(std::move(stateSchema)),
        layout(schema.row),
        groups(groupSchema(schema)),
        keyOffset(sizeof(SortedRow) + (schema.extraBytes + 7) / 8 * 8) {}
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
    std::memset(bytes + sizeof(SortedRow), 0, keyOffset - sizeof(SortedRow));
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

  void writeGroup(SnapshotBuffers::Group& buffer, const std::byte* value) const;
  Status readGroup(SnapshotReader& reader);

  StateSchema schema;
  RowLayout layout;
  RowPages pages;
  KeyedTable groups;
  size_t keyOffset;  // from a row to the row's bytes
  size_t numRows = 0;
};

KeyedSortedRows::KeyedSortedRows(StateSchema schema)
    : impl_(std::make_unique<Impl>(std::move(schema))) {}
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
}

void KeyedSortedRows::find(const KeyBatch& keys, SortedGroup** groups) const {
  impl_->groups.find(keys, reinterpret_cast<std::byte**>(groups));
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
  return reinterpret_cast<std::byte*>(row) + sizeof(SortedRow);
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

void KeyedSortedRows::Impl::writeGroup(SnapshotBuffers::Group& buffer,
                                       const std::byte* value) const {
  const auto* group = reinterpret_cast<const SortedGroup*>(value);
  buffer.addEntries(1);
  buffer.put(groups.keyHash(value));
  buffer.put(groups.keySize(value));
  buffer.append(groups.keyBytes(value), groups.keySize(value));
  buffer.put(uint64_t{group->size()});
  group->forEach([&](SortedRow* row) {
    // Header, operator's bytes, row and sort key are contiguous.
    buffer.append(row, keyOffset + row->rowBytes + row->keyBytes);
  });
}

std::unique_ptr<StateSweep> KeyedSortedRows::beginSnapshot(SnapshotBuffers& buffers) {
  Impl* impl = impl_.get();
  return beginKeySweep(impl->groups, buffers,
                       [impl](SnapshotBuffers::Group& buffer, const std::byte* value) {
                         impl->writeGroup(buffer, value);
                       });
}

Status KeyedSortedRows::Impl::readGroup(SnapshotReader& reader) {
  uint64_t hash = TRY(reader.get<uint64_t>());
  uint32_t keySize = TRY(reader.get<uint32_t>());
  const char* key = TRY(reader.take(keySize));
  uint64_t count = TRY(reader.get<uint64_t>());
  KeyBatch batch;
  batch.reset(groups.encoder());
  batch.append(hash, {key, keySize});
  std::byte* value = nullptr;
  groups.findOrInsert(batch, &value, nullptr);
  auto* group = reinterpret_cast<SortedGroup*>(value);
  size_t extraBytes = keyOffset - sizeof(SortedRow);
  for (; count > 0; --count) {
    SortedRow header = TRY(reader.get<SortedRow>());
    const char* extra = TRY(reader.take(extraBytes));
    const char* row = TRY(reader.take(header.rowBytes));
    std::string_view sortKey(TRY(reader.take(header.keyBytes)), header.keyBytes);
    SortedRow* made = make(sortKey, {row, header.rowBytes});
    std::memcpy(reinterpret_cast<char*>(made) + sizeof(SortedRow), extra, extraBytes);
    group->insert(pages, SortedGroup::Probe(sortKey), made, keyOffset);
  }
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
