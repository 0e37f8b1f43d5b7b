#include <cstring>

#include "state/keyed_rows_impl.h"
#include "state/snapshot.h"
#include "state/table_key_sweep.h"

namespace millrace {

void KeyedRows::Impl::writeKey(SnapshotBuffers::Group& group, const std::byte* value,
                               int64_t keyMillis, int64_t limitMillis) const {
  const RowList& list = *reinterpret_cast<const RowList*>(value);
  uint64_t count = list.count;
  if (isTimed()) count = countLive(list, keyMillis, limitMillis);
  if (count == 0) return;
  group.addEntries(1);
  group.put(keys.keyHash(value));
  group.put(keys.keySize(value));
  group.append(keys.keyBytes(value), keys.keySize(value));
  if (isTimed() && !timesRows) group.put(keyMillis);
  group.put(count);
  // The time, the operator's bytes and the row's are contiguous.
  size_t timeBytes = timesRows ? sizeof(int64_t) : 0;
  for (RowLink* link = list.first; link != nullptr; link = link->next) {
    if (link->next) __builtin_prefetch(link->next);
    if (isExpired(link, limitMillis)) continue;
    size_t bytes = timeBytes + extraBytes + link->size;
    char* room = group.reserve(sizeof(uint32_t) + bytes);
    std::memcpy(room, &link->size, sizeof(uint32_t));
    std::memcpy(room + sizeof(uint32_t), extraOf(link) - timeBytes, bytes);
  }
}

std::unique_ptr<StateSweep> KeyedRows::beginSnapshot(SnapshotBuffers& buffers) {
  Impl* impl = impl_.get();
  int64_t limit = impl->isTimed() ? impl->limitMillis() : 0;
  return beginKeySweep(
      impl->keys, buffers,
      [impl, limit](SnapshotBuffers::Group& group, const std::byte* value, uint32_t entry) {
        impl->writeKey(group, value, impl->keys.entryMillis(entry), limit);
      });
}

Status KeyedRows::Impl::readKey(SnapshotReader& reader) {
  uint64_t hash = TRY(reader.get<uint64_t>());
  uint32_t keySize = TRY(reader.get<uint32_t>());
  const char* key = TRY(reader.take(keySize));
  bool storedOfKey = reader.times() == StoredTimes::kKeys;
  bool storedOfRows = reader.times() == StoredTimes::kRows;
  int64_t written = isTimed() ? time->nowMillis() : 0;
  if (storedOfKey) written = TRY(reader.get<int64_t>());
  uint64_t count = TRY(reader.get<uint64_t>());
  if (count == 0) return reader.damaged("a key without rows");
  KeyBatch batch;
  batch.reset(keys.encoder());
  batch.append(hash, {key, keySize});
  std::byte* owner = nullptr;
  keys.findOrInsert(batch, &owner, nullptr);
  for (; count > 0; --count) {
    uint32_t size = TRY(reader.get<uint32_t>());
    if (storedOfRows) written = TRY(reader.get<int64_t>());
    const char* bytes = TRY(reader.take(extraBytes + size));
    RowLink* link = make(size);
    std::memcpy(extraOf(link), bytes, extraBytes + size);
    append(link, owner, hash);
    if (isTimed()) setWritten(link, owner, 0, written);
  }
  return Status();
}

Status KeyedRows::restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism) {
  TRY(reader.check(impl_->schema, maxParallelism));
  impl_->keys.reserve(impl_->keys.size() + reader.totalEntries(range));
  while (TRY(reader.nextGroup(range))) {
    for (uint64_t entry = reader.entries(); entry > 0; --entry) TRY(impl_->readKey(reader));
  }
  return Status();
}

}  // namespace millrace
