#include "state/keyed_table.h"

#include <algorithm>
#include <cstring>

#include "state/namespaced_sweep.h"
#include "state/table_expiry.h"
#include "state/table_slots.h"
#include "state/table_sweep.h"

namespace millrace {

namespace {

// Keys looked up together: their slots and entries stay in the first-level cache.
constexpr size_t kBlock = 128;

// Tables below this size live in the second-level cache: prefetching them costs more than it saves.
constexpr size_t kCachedBytes = 256 * 1024;

// A probe this long grows the index, unless there are more than kSparseSlots slots for each entry.
constexpr uint32_t kLongProbe = 64;
constexpr size_t kSparseSlots = 64;

constexpr size_t kVisitRun = 1024;
constexpr size_t kSweepRun = 256;

// With more free entries than this the mark would take too long to look at them.
constexpr size_t kFewFree = 4096;
constexpr uint32_t kHashBytes = 8;

// How entries hold the keys of a batch, one class per KeyEncoder::Kind.
struct WordKeys {
  static constexpr uint32_t kBytes = 8;
  const uint64_t* keys;

  bool equal(const std::byte* entry, size_t k, uint64_t) const {
    uint64_t key;
    std::memcpy(&key, entry + kHashBytes, sizeof(key));
    return key == keys[k];
  }
  void store(std::byte* entry, size_t k) const {
    std::memcpy(entry + kHashBytes, &keys[k], sizeof(uint64_t));
  }
  void prefetchKey(const std::byte*) const {}
};

struct PairKeys {
  static constexpr uint32_t kBytes = 16;
  const InlineKey16* keys;

  bool equal(const std::byte* entry, size_t k, uint64_t) const {
    InlineKey16 key;
    std::memcpy(&key, entry + kHashBytes, sizeof(key));
    return ((key.low ^ keys[k].low) | (key.high ^ keys[k].high)) == 0;
  }
  void store(std::byte* entry, size_t k) const {
    std::memcpy(entry + kHashBytes, &keys[k], sizeof(InlineKey16));
  }
  void prefetchKey(const std::byte*) const {}
};

struct ByteKeys {
  static constexpr uint32_t kBytes = sizeof(StateString);
  const char* const* keys;
  const uint32_t* sizes;
  StringHeap* heap;

  static const StateString& stringOf(const std::byte* entry) {
    return *reinterpret_cast<const StateString*>(entry + kHashBytes);
  }
  bool equal(const std::byte* entry, size_t k, uint64_t hash) const {
    uint64_t stored;
    std::memcpy(&stored, entry, sizeof(stored));
    if (stored != hash) return false;
    std::string_view key = heap->view(stringOf(entry));
    return key.size() == sizes[k] && std::memcmp(key.data(), keys[k], key.size()) == 0;
  }
  void store(std::byte* entry, size_t k) const {
    StateString string;
    heap->assign(string, {keys[k], sizes[k]});
    std::memcpy(entry + kHashBytes, &string, sizeof(string));
  }
  void prefetchKey(const std::byte* entry) const {
    __builtin_prefetch(heap->view(stringOf(entry)).data());
  }
};

// Brings the slots and entries that the keys first..last-1 will look at into the cache.
template <typename Keys>
void prefetchBlock(const HashSlots& index, const EntryPages& pages, const Keys& keys,
                   const uint64_t* hashes, size_t first, size_t last) {
  for (size_t k = first; k < last; ++k) index.prefetch(hash32Of(hashes[k]));
  const std::byte* candidates[kBlock];
  size_t n = 0;
  for (size_t k = first; k < last; ++k) {
    uint32_t tag = hash32Of(hashes[k]);
    uint32_t i = index.home(tag);
    HashSlots::Slot slot = index.at(i);
    if (slot.tag != tag) slot = index.at(index.next(i));
    if (slot.entry == 0) continue;
    const std::byte* entry = pages.address(slot.entry);
    __builtin_prefetch(entry);
    candidates[n++] = entry;
  }
  if constexpr (std::is_same_v<Keys, ByteKeys>) {
    for (size_t i = 0; i < n; ++i) keys.prefetchKey(candidates[i]);
  }
}

// The slot of key k, or the free slot where it belongs.
template <typename Keys>
inline uint32_t probe(const HashSlots& index, const EntryPages& pages, const Keys& keys, size_t k,
                      uint64_t hash) {
  uint32_t tag = hash32Of(hash);
  uint32_t i = index.home(tag);
  while (true) {
    HashSlots::Slot slot = index.at(i);
    if (slot.tag == tag && slot.entry != 0 && keys.equal(pages.address(slot.entry), k, hash)) {
      return i;
    }
    if (slot.entry == 0) return i;
    i = index.next(i);
  }
}

// kTracked: entries[k] is the number of what is found, 0 = nothing.
template <bool kTracked, typename Keys>
void findBatch(const HashSlots& index, const EntryPages& pages, const Keys& keys,
               const uint64_t* hashes, size_t n, std::byte** values, uint32_t* entries) {
  if (index.size() == 0) {
    std::fill(values, values + n, nullptr);
    if constexpr (kTracked) std::fill(entries, entries + n, 0);
    return;
  }
  bool prefetch = index.byteSize() + pages.byteSize() > kCachedBytes;
  for (size_t first = 0; first < n; first += kBlock) {
    size_t last = std::min(first + kBlock, n);
    if (prefetch) prefetchBlock(index, pages, keys, hashes, first, last);
    for (size_t k = first; k < last; ++k) {
      uint32_t entry = index.at(probe(index, pages, keys, k, hashes[k])).entry;
      values[k] = entry == 0 ? nullptr : pages.address(entry) + kHashBytes + Keys::kBytes;
      if constexpr (kTracked) entries[k] = entry;
    }
  }
}

// Keys that come in the order of their hashes (from another table's scan) or from a part of the
// expected range crowd some slots while others are free; probing would take quadratic time.
bool isCrowded(const HashSlots& index, uint64_t hash, uint32_t freeSlot) {
  uint32_t mask = static_cast<uint32_t>(index.capacity() - 1);
  return ((freeSlot - index.home(hash32Of(hash))) & mask) > kLongProbe &&
         index.size() > index.capacity() / kSparseSlots;
}

// Returns the number of the new entry.
template <typename Keys>
uint32_t insertKey(HashSlots& index, EntryPages& pages, const Keys& keys, size_t k, uint64_t hash,
                   uint32_t freeSlot) {
  while (index.full() || isCrowded(index, hash, freeSlot)) {
    index.grow();
    freeSlot = probe(index, pages, keys, k, hash);
  }
  uint32_t number = pages.allocate();
  index.insertAt(freeSlot, hash32Of(hash), number);
  std::byte* entry = pages.address(number);
  std::memcpy(entry, &hash, sizeof(hash));
  keys.store(entry, k);
  std::memset(entry + kHashBytes + Keys::kBytes, 0, pages.stride() - kHashBytes - Keys::kBytes);
  return number;
}

// kTracked: entries[k] is the number of what is found, with kNewEntry where it is made.
template <bool kTracked, typename Keys>
void findOrInsertBatch(HashSlots& index, EntryPages& pages, const Keys& keys,
                       const uint64_t* hashes, size_t n, std::byte** values, uint8_t* isNew,
                       uint32_t* entries) {
  if (index.capacity() == 0) index.grow();
  if (isNew) std::memset(isNew, 0, n);
  bool prefetch = index.byteSize() + pages.byteSize() > kCachedBytes;
  for (size_t first = 0; first < n; first += kBlock) {
    size_t last = std::min(first + kBlock, n);
    if (prefetch) prefetchBlock(index, pages, keys, hashes, first, last);
    for (size_t k = first; k < last; ++k) {
      uint32_t i = probe(index, pages, keys, k, hashes[k]);
      uint32_t entry = index.at(i).entry;
      if (entry != 0) [[likely]] {
        values[k] = pages.address(entry) + kHashBytes + Keys::kBytes;
        if constexpr (kTracked) entries[k] = entry;
        continue;
      }
      entry = insertKey(index, pages, keys, k, hashes[k], i);
      values[k] = pages.address(entry) + kHashBytes + Keys::kBytes;
      if constexpr (kTracked) entries[k] = entry | kNewEntry;
      if (isNew) isNew[k] = 1;
    }
  }
}

}  // namespace

KeyedTable::KeyedTable(std::shared_ptr<const StateSchema> schema, const StateTime* time)
    : KeyedTable(schema, std::make_shared<const KeyEncoder>(makeKeyEncoder(schema->key))) {
  if (schema_->ttlMillis == 0) return;
  CHECK(time != nullptr, "a time to live without time");
  expiry_ = std::make_unique<TableExpiry>(*time, schema_->ttlMillis);
  hidesExpired_ = true;
}

KeyedTable::KeyedTable(std::shared_ptr<const StateSchema> schema,
                       std::shared_ptr<const KeyEncoder> encoder)
    : schema_(std::move(schema)), encoder_(std::move(encoder)) {
  std::vector<uint32_t> strings;
  for (const ValuePart& part : schema_->parts) {
    for (uint32_t offset : part.strings) strings.push_back(valueBytes_ + offset);
    valueBytes_ += part.bytes;
  }
  DCHECK(valueBytes_ % 8 == 0);
  slots_ = std::make_unique<Slots>(encoder_->kind(), valueBytes_);
  slots_->strings = std::move(strings);
}

KeyedTable::~KeyedTable() = default;
KeyedTable::KeyedTable(KeyedTable&&) noexcept = default;
KeyedTable& KeyedTable::operator=(KeyedTable&&) noexcept = default;

size_t KeyedTable::size() const { return slots_->index.size(); }

size_t KeyedTable::byteSize() const {
  size_t bytes = slots_->index.byteSize() + slots_->pages.byteSize() + strings_.reservedBytes();
  return expiry_ ? bytes + expiry_->byteSize() : bytes;
}

void KeyedTable::setKeyGroups(KeyGroupRange range, uint32_t maxParallelism) {
  // Hashes of whole keys are spread over all groups then.
  if (schema_->groupColumns != 0) return;
  slots_->index.setKeyGroups(range, maxParallelism);
}

void KeyedTable::findOrInsert(const KeyBatch& keys, std::byte** values, uint8_t* isNew,
                              Access access) {
  DCHECK(keys.kind() == slots_->kind);
  size_t n = keys.size();
  bool tracked = isTracked();
  if (tracked) found_.resize(n);
  auto insert = [&](const auto& batchKeys) {
    if (tracked) {
      findOrInsertBatch<true>(slots_->index, slots_->pages, batchKeys, keys.hashes(), n, values,
                              isNew, found_.data());
    } else {
      findOrInsertBatch<false>(slots_->index, slots_->pages, batchKeys, keys.hashes(), n, values,
                               isNew, nullptr);
    }
  };
  switch (slots_->kind) {
    case KeyEncoder::Kind::kInline8:
      insert(WordKeys{keys.words()});
      break;
    case KeyEncoder::Kind::kInline16:
      insert(PairKeys{keys.pairs()});
      break;
    case KeyEncoder::Kind::kBytes:
      insert(ByteKeys{keys.pointers(), keys.sizes(), &strings_});
      break;
  }
  // In this order: an entry is saved with the time that it had.
  if (sweep_) [[unlikely]]
    saveFound(values, n);
  if (expiry_) renewExpired(values, n, isNew, access);
}

void KeyedTable::find(const KeyBatch& keys, std::byte** values) const {
  DCHECK(keys.kind() == slots_->kind);
  size_t n = keys.size();
  bool tracked = isTracked();
  if (tracked) found_.resize(n);
  auto look = [&](const auto& batchKeys) {
    if (tracked) {
      findBatch<true>(slots_->index, slots_->pages, batchKeys, keys.hashes(), n, values,
                      found_.data());
    } else {
      findBatch<false>(slots_->index, slots_->pages, batchKeys, keys.hashes(), n, values, nullptr);
    }
  };
  switch (slots_->kind) {
    case KeyEncoder::Kind::kInline8:
      look(WordKeys{keys.words()});
      break;
    case KeyEncoder::Kind::kInline16:
      look(PairKeys{keys.pairs()});
      break;
    case KeyEncoder::Kind::kBytes:
      look(ByteKeys{keys.pointers(), keys.sizes(), const_cast<StringHeap*>(&strings_)});
      break;
  }
  if (sweep_) [[unlikely]]
    saveFound(values, n);
  if (hidesExpired_) hideExpired(values, n);
}

void KeyedTable::saveFound(std::byte* const* values, size_t n) const {
  for (size_t k = 0; k < n; ++k) {
    uint32_t entry = found_[k];
    if (entry >= kNewEntry) {
      sweep_->noteNew(entry - kNewEntry);
    } else if (entry != 0) {
      sweep_->note(entry, values[k]);
    }
  }
  sweep_->flush();
}

void KeyedTable::reserve(size_t entries) { slots_->index.reserve(entries); }

// The slot of the entry with this value.
uint32_t KeyedTable::Slots::slotOf(const std::byte* value) const {
  const std::byte* entry = entryOf(value);
  uint32_t tag = hash32Of(hashOf(entry));
  uint32_t i = index.home(tag);
  while (index.at(i).tag != tag || pages.address(index.at(i).entry) != entry) {
    DCHECK(index.at(i).entry != 0, "the entry is not in the table");
    i = index.next(i);
  }
  return i;
}

void KeyedTable::preserve(const std::byte* value) {
  sweep_->note(slots_->index.at(slots_->slotOf(value)).entry, value);
  sweep_->flush();
}

void KeyedTable::erase(std::byte* value) {
  if (sweep_) preserve(value);
  std::byte* entry = value - slots_->headerBytes();
  uint32_t i = slots_->slotOf(value);
  uint32_t number = slots_->index.at(i).entry;
  slots_->index.eraseAt(i);
  freeStrings(value);
  if (slots_->kind == KeyEncoder::Kind::kBytes) {
    strings_.free(*reinterpret_cast<StateString*>(entry + Slots::kHashBytes));
  }
  slots_->pages.release(number);
  if (expiry_) expiry_->remove(number);
}

void KeyedTable::freeStrings(std::byte* value) {
  for (uint32_t offset : slots_->strings) {
    strings_.free(*reinterpret_cast<StateString*>(value + offset));
  }
}

void KeyedTable::clear() {
  finishSweep();
  slots_->index.clear();
  slots_->pages.clear();
  strings_.clear();
  if (expiry_) expiry_->clear();
}

const char* KeyedTable::keyBytes(const std::byte* value) const {
  const std::byte* entry = slots_->entryOf(value);
  if (slots_->kind == KeyEncoder::Kind::kBytes) {
    return strings_.view(Slots::keyString(entry)).data();
  }
  return reinterpret_cast<const char*>(entry + Slots::kHashBytes);
}

uint32_t KeyedTable::keySize(const std::byte* value) const {
  if (slots_->kind != KeyEncoder::Kind::kBytes) return slots_->keyBytes;
  return Slots::keyString(slots_->entryOf(value)).size;
}

uint64_t KeyedTable::keyHash(const std::byte* value) const {
  return Slots::hashOf(slots_->entryOf(value));
}

std::vector<ColumnPtr> KeyedTable::decodeKeys(const std::byte* const* values, size_t n) const {
  if (schema_->key.empty()) return {};
  std::vector<MutableColumnPtr> columns;
  switch (slots_->kind) {
    case KeyEncoder::Kind::kInline8: {
      std::vector<uint64_t> keys(n);
      for (size_t k = 0; k < n; ++k) std::memcpy(&keys[k], keyBytes(values[k]), sizeof(keys[k]));
      encoder_->decode8(keys.data(), n, columns);
      break;
    }
    case KeyEncoder::Kind::kInline16: {
      std::vector<InlineKey16> keys(n);
      for (size_t k = 0; k < n; ++k) std::memcpy(&keys[k], keyBytes(values[k]), sizeof(keys[k]));
      encoder_->decode16(keys.data(), n, columns);
      break;
    }
    case KeyEncoder::Kind::kBytes: {
      std::vector<const char*> rows(n);
      for (size_t k = 0; k < n; ++k) rows[k] = keyBytes(values[k]);
      encoder_->layout().decode(rows.data(), n, columns);
      break;
    }
  }
  return {columns.begin(), columns.end()};
}

void KeyedTable::forEach(const std::function<void(std::byte* const*, size_t)>& visit) {
  const HashSlots& index = slots_->index;
  if (index.size() == 0) return;
  // Everything is handed out, so everything is saved.
  finishSweep();
  // A run ends at a free slot only: erasing visited entries shifts others within their cluster.
  std::vector<std::byte*> values;
  uint32_t header = slots_->headerBytes();
  size_t capacity = index.capacity();
  for (size_t i = 0; i < capacity; ++i) {
    uint32_t entry = index.at(static_cast<uint32_t>(i)).entry;
    if (entry != 0) {
      values.push_back(slots_->pages.address(entry) + header);
      if (i + 1 < capacity) continue;
    }
    if (values.size() < kVisitRun && i + 1 < capacity) continue;
    for (size_t first = 0; first < values.size(); first += kVisitRun) {
      visit(values.data() + first, std::min(kVisitRun, values.size() - first));
    }
    values.clear();
  }
}

void KeyedTable::beginSweep(std::unique_ptr<EntrySaver> saver) {
  CHECK(sweep_ == nullptr, "a snapshot is under way");
  if (slots_->index.size() == 0) return;
  const EntryPages& pages = slots_->pages;
  sweep_ = std::make_unique<TableSweep>(pages.end(), slots_->index.size(), std::move(saver));
  sweepsInOrder_ = pages.end() - EntryPages::kFirst - slots_->index.size() <= kFewFree;
  if (sweepsInOrder_) pages.forEachFree([&](uint32_t entry) { sweep_->noteFree(entry); });
}

bool KeyedTable::sweepSome() {
  if (!sweep_) return false;
  if (sweepsInOrder_) {
    sweep_->noteNext(kSweepRun, [&](uint32_t entry) {
      return slots_->pages.address(entry) + slots_->headerBytes();
    });
  } else {
    sweepSlots();
  }
  sweep_->flush();
  if (sweep_->remaining() > 0) return true;
  sweep_.reset();
  return false;
}

// The index knows which entries there are, but meets them all over memory.
void KeyedTable::sweepSlots() {
  const HashSlots& index = slots_->index;
  uint32_t header = slots_->headerBytes();
  size_t capacity = index.capacity();
  size_t i = sweep_->position(capacity);
  size_t before = sweep_->remaining();
  while (sweep_->remaining() > 0) {
    CHECK(i < capacity, "a sweep has missed entries");
    uint32_t entry = index.at(static_cast<uint32_t>(i++)).entry;
    if (entry != 0) {
      sweep_->note(entry, slots_->pages.address(entry) + header);
    } else if (before - sweep_->remaining() >= kSweepRun) {
      // At a free slot only: no entry behind it can come to lie before it when others are erased.
      break;
    }
  }
  sweep_->setPosition(i, capacity);
}

void KeyedTable::finishSweep() {
  while (sweepSome()) {
  }
}

void KeyedTable::abandonSweep() { sweep_.reset(); }

NamespacedTable::~NamespacedTable() { CHECK(sweep_ == nullptr, "a snapshot is under way"); }

NamespacedTable::NamespacedTable(std::shared_ptr<const StateSchema> schema)
    : schema_(std::move(schema)),
      encoder_(std::make_shared<const KeyEncoder>(makeKeyEncoder(schema_->key))) {
  CHECK(schema_->ttlMillis == 0, "namespaces have no time to live");
}

void NamespacedTable::setKeyGroups(KeyGroupRange range, uint32_t maxParallelism) {
  range_ = range;
  maxParallelism_ = maxParallelism;
}

KeyedTable& NamespacedTable::at(int64_t space) {
  std::unique_ptr<KeyedTable>& table = spaces_[space];
  if (!table) {
    table = std::make_unique<KeyedTable>(schema_, encoder_);
    if (maxParallelism_ != 0) table->setKeyGroups(range_, maxParallelism_);
  }
  return *table;
}

KeyedTable* NamespacedTable::find(int64_t space) {
  auto found = spaces_.find(space);
  return found == spaces_.end() ? nullptr : found->second.get();
}

void NamespacedTable::drop(int64_t space) {
  auto found = spaces_.find(space);
  if (found == spaces_.end()) return;
  if (sweep_ != nullptr) sweep_->drop(std::move(found->second));
  spaces_.erase(found);
}

size_t NamespacedTable::byteSize() const {
  size_t bytes = 0;
  for (const auto& [space, table] : spaces_) bytes += table->byteSize();
  return bytes;
}

}  // namespace millrace
