#include "state/timers.h"

#include <xxhash.h>

#include <cstring>
#include <limits>
#include <map>
#include <vector>

#include "base/check.h"
#include "state/key_batch.h"
#include "state/row_index.h"
#include "state/row_pages.h"
#include "state/snapshot.h"
#include "state/snapshot_buffers.h"

namespace millrace {

namespace {

// A registered timer; its key's bytes follow.
struct Entry {
  Entry* next;  // of the same time, by registration
  Entry* previous;
  int64_t time;
  int64_t space;
  uint64_t keyHash;
  uint32_t keySize : 31;
  uint32_t mark : 1;  // differs from the store's while a snapshot has not saved the timer yet
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

constexpr uint32_t kLongestKey = (uint32_t{1} << 31) - 1;
constexpr size_t kSweepRun = 256;

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

  // Before the timer goes away.
  void preserve(Entry* entry) {
    if (buffers == nullptr) return;
    if (entry->mark != mark) save(entry);
    if (entry == cursor) cursor = entry->next;
  }

  void save(Entry* entry) {
    uint32_t number = buffers->groupOf(entry->keyHash);
    SnapshotBuffers::Group& group = buffers->group(number);
    group.addEntries(1);
    group.put(entry->time);
    group.put(entry->space);
    group.put(entry->keyHash);
    group.put(uint32_t{entry->keySize});
    group.append(entry->keyBytes(), entry->keySize);
    buffers->done(number);
    entry->mark = mark;
  }

  // The next timer in order, whether it has been saved or not; nullptr behind the last.
  Entry* takeNext() {
    if (cursor == nullptr) {
      auto bucket = buckets.upper_bound(cursorTime);
      if (bucket == buckets.end()) return nullptr;
      cursorTime = bucket->first;
      cursor = bucket->second.first;
    }
    Entry* entry = cursor;
    cursor = entry->next;
    return entry;
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

  // A snapshot flips this: timers that carry the other value are not saved yet, new ones carry it
  // from the start. When no snapshot is under way all timers carry it.
  uint32_t mark = 0;
  SnapshotBuffers* buffers = nullptr;  // while a snapshot is under way
  // Where the sweep goes on: in the list of cursorTime, or behind that when there is no cursor. All
  // timers before are saved.
  int64_t cursorTime = 0;
  Entry* cursor = nullptr;
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
  *entry = {nullptr,       bucket.last,
            timer.time,    timer.space,
            timer.keyHash, static_cast<uint32_t>(timer.key.size()) & kLongestKey,
            impl_->mark,   tag};
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
  impl_->preserve(entry);
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
    impl_->preserve(entry);
    size_t slot = impl_->index.find(entry->tag, [&](const Entry* e) { return e == entry; });
    impl_->index.eraseAt(slot);
    impl_->unlink(entry, bucket);
    Status status = fire({entry->time, entry->space, entry->keyHash, entry->key()});
    impl_->release(entry);
    if (!status.ok()) return status;
  }
  return Status();
}

class Timers::Sweep final : public StateSweep {
 public:
  Sweep(Impl& timers, SnapshotBuffers& buffers) : timers_(timers) {
    CHECK(timers_.buffers == nullptr, "a snapshot is under way");
    timers_.buffers = &buffers;
    timers_.mark ^= 1;
    timers_.cursor = nullptr;
    if (timers_.buckets.empty()) return;
    timers_.cursorTime = timers_.buckets.begin()->first;
    timers_.cursor = timers_.buckets.begin()->second.first;
  }
  ~Sweep() override {
    // Abandoned: what is left takes the mark all the same.
    if (!over_) {
      while (Entry* entry = timers_.takeNext()) entry->mark = timers_.mark;
    }
    timers_.buffers = nullptr;
  }

  bool step() override {
    if (over_) return false;
    for (size_t i = 0; i < kSweepRun; ++i) {
      Entry* entry = timers_.takeNext();
      if (entry == nullptr) {
        over_ = true;
        return false;
      }
      if (entry->mark != timers_.mark) timers_.save(entry);
    }
    return true;
  }

 private:
  Impl& timers_;
  bool over_ = false;
};

std::unique_ptr<StateSweep> Timers::beginSnapshot(SnapshotBuffers& buffers) {
  return std::make_unique<Sweep>(*impl_, buffers);
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
