#include "state/timers.h"

#include <xxhash.h>

#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include "state/key_batch.h"
#include "state/row_index.h"
#include "state/row_pages.h"
#include "state/snapshot.h"

namespace millrace {

namespace {

// A registered timer; its key's bytes follow.
struct Entry {
  Entry* next;  // of the same time, by registration
  Entry* previous;
  int64_t time;
  int64_t space;
  uint64_t keyHash;
  uint32_t keySize;
  uint32_t tag;

  const char* keyBytes() const { return reinterpret_cast<const char*>(this + 1); }
  std::string_view key() const { return {keyBytes(), keySize}; }
};

// All timers of one time. Many keys share few times (window ends), so that adding a timer costs a
// look-up in a small map and an append.
struct Bucket {
  Entry* first = nullptr;
  Entry* last = nullptr;
};

uint32_t tagOf(const Timer& timer) {
  uint64_t words[3] = {static_cast<uint64_t>(timer.time), static_cast<uint64_t>(timer.space),
                       timer.keyHash};
  return static_cast<uint32_t>(XXH3_64bits(words, sizeof(words)) >> 32);
}

}  // namespace

struct Timers::Impl {
  using Buckets = std::map<int64_t, Bucket>;

  explicit Impl(StateSchema stateSchema) : schema(std::move(stateSchema)) {}

  // The timer's slot in the index, or the free one where it belongs.
  size_t slotOf(const Timer& timer, uint32_t tag) const {
    return index.find(tag, [&](const Entry* entry) {
      return entry->time == timer.time && entry->space == timer.space &&
             entry->keyHash == timer.keyHash && entry->key() == timer.key;
    });
  }

  Bucket& bucketOf(int64_t time) {
    if (lastUsed == buckets.end() || lastUsed->first != time) {
      lastUsed = buckets.try_emplace(time).first;
    }
    return lastUsed->second;
  }

  void unlink(Entry* entry, Buckets::iterator bucket) {
    Bucket& list = bucket->second;
    (entry->previous ? entry->previous->next : list.first) = entry->next;
    (entry->next ? entry->next->previous : list.last) = entry->previous;
    --size;
    if (list.first != nullptr) return;
    if (lastUsed == bucket) lastUsed = buckets.end();
    buckets.erase(bucket);
  }

  void release(Entry* entry) {
    pages.release(reinterpret_cast<char*>(entry), sizeof(Entry) + entry->keySize);
  }

  StateSchema schema;
  RowPages pages;
  RowIndex<Entry> index;
  Buckets buckets;
  Buckets::iterator lastUsed = buckets.end();
  size_t size = 0;
};

Timers::Timers(StateSchema schema) : impl_(std::make_unique<Impl>(std::move(schema))) {}
Timers::~Timers() = default;

const StateSchema& Timers::schema() const { return impl_->schema; }
size_t Timers::size() const { return impl_->size; }

size_t Timers::byteSize() const {
  constexpr size_t kMapNodeBytes = 72;
  return impl_->pages.reservedBytes() + impl_->index.byteSize() +
         impl_->buckets.size() * kMapNodeBytes;
}

void Timers::add(const Timer& timer) {
  uint32_t tag = tagOf(timer);
  impl_->index.reserveOne();
  size_t slot = impl_->slotOf(timer, tag);
  if (impl_->index.at(slot).row != nullptr) return;
  auto* entry = reinterpret_cast<Entry*>(impl_->pages.allocate(sizeof(Entry) + timer.key.size()));
  Bucket& bucket = impl_->bucketOf(timer.time);
  *entry = {nullptr,     bucket.last,   timer.time,
            timer.space, timer.keyHash, static_cast<uint32_t>(timer.key.size()),
            tag};
  std::memcpy(entry + 1, timer.key.data(), timer.key.size());
  (bucket.last ? bucket.last->next : bucket.first) = entry;
  bucket.last = entry;
  impl_->index.insertAt(slot, tag, entry);
  ++impl_->size;
}

void Timers::remove(const Timer& timer) {
  if (impl_->index.empty()) return;
  size_t slot = impl_->slotOf(timer, tagOf(timer));
  Entry* entry = impl_->index.at(slot).row;
  if (entry == nullptr) return;
  impl_->index.eraseAt(slot);
  impl_->unlink(entry, impl_->buckets.find(entry->time));
  impl_->release(entry);
}

int64_t Timers::nextTime() const {
  return impl_->buckets.empty() ? std::numeric_limits<int64_t>::max()
                                : impl_->buckets.begin()->first;
}

Status Timers::advance(int64_t now, const std::function<Status(const Timer&)>& fire) {
  // The earliest bucket is looked up anew for every timer: `fire` may add and remove timers.
  while (!impl_->buckets.empty() && impl_->buckets.begin()->first <= now) {
    auto bucket = impl_->buckets.begin();
    Entry* entry = bucket->second.first;
    if (entry->next) impl_->index.prefetch(entry->next->tag);
    size_t slot = impl_->index.find(entry->tag, [&](const Entry* e) { return e == entry; });
    impl_->index.eraseAt(slot);
    impl_->unlink(entry, bucket);
    Status status = fire({entry->time, entry->space, entry->keyHash, entry->key()});
    impl_->release(entry);
    if (!status.ok()) return status;
  }
  return Status();
}

void Timers::snapshot(SnapshotWriter& writer) const {
  std::vector<std::vector<const Entry*>> groups(writer.maxParallelism());
  for (const auto& [time, bucket] : impl_->buckets) {
    for (const Entry* entry = bucket.first; entry != nullptr; entry = entry->next) {
      groups[writer.groupOf(entry->keyHash)].push_back(entry);
    }
  }
  writer.beginState(impl_->schema);
  for (uint32_t group = 0; group < groups.size(); ++group) {
    if (groups[group].empty()) continue;
    writer.beginGroup(group, groups[group].size());
    for (const Entry* entry : groups[group]) {
      writer.put(entry->time);
      writer.put(entry->space);
      writer.put(entry->keyHash);
      writer.put(entry->keySize);
      writer.append(entry->keyBytes(), entry->keySize);
    }
  }
  writer.endState();
}

Status Timers::restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism) {
  TRY(reader.check(impl_->schema, maxParallelism));
  while (TRY(reader.nextGroup(range))) {
    for (uint64_t n = reader.entries(); n > 0; --n) {
      Timer timer;
      timer.time = TRY(reader.get<int64_t>());
      timer.space = TRY(reader.get<int64_t>());
      timer.keyHash = TRY(reader.get<uint64_t>());
      uint32_t size = TRY(reader.get<uint32_t>());
      timer.key = {TRY(reader.take(size)), size};
      add(timer);
    }
  }
  return Status();
}

}  // namespace millrace
