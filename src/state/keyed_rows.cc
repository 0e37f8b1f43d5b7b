#include "state/keyed_rows.h"

#include <xxhash.h>

#include <cstddef>
#include <cstring>

#include "state/keyed_table.h"
#include "state/row_index.h"
#include "state/row_pages.h"
#include "state/snapshot.h"
#include "state/table_key_sweep.h"

namespace millrace {

namespace {

constexpr size_t kPrefetchDistance = 8;

// Before the operator's bytes and the row's bytes. Rows that are never erased have the first part
// only.
struct Link {
  Link* next;     // under the same key, by arrival
  uint32_t size;  // of the row's bytes
  uint32_t tag;   // in the index
  Link* previous;
  std::byte* owner;  // the key's value in the table
};
constexpr size_t kAppendOnlyBytes = offsetof(Link, previous);
static_assert(kAppendOnlyBytes % 8 == 0);

// With an index. Rows of one key with equal bytes form a ring of which the oldest is in the index.
struct IndexedLink : Link {
  IndexedLink* nextEqual;
  IndexedLink* previousEqual;
};

// The value of a key in the table.
struct KeyList {
  Link* first;
  Link* last;
  uint64_t count;
};

KeyList& listOf(std::byte* value) { return *reinterpret_cast<KeyList*>(value); }
Link* linkOf(const StateRow* row) { return reinterpret_cast<Link*>(const_cast<StateRow*>(row)); }
StateRow* rowOf(Link* link) { return reinterpret_cast<StateRow*>(link); }

std::shared_ptr<const StateSchema> keySchema(const StateSchema& schema) {
  auto keys = std::make_shared<StateSchema>();
  keys->name = schema.name;
  keys->key = schema.key;
  keys->parts = {{"rows", "list", sizeof(KeyList), {}}};
  return keys;
}

uint32_t tagOf(uint64_t keyHash, const char* row, uint32_t size) {
  return static_cast<uint32_t>(XXH3_64bits_withSeed(row, size, keyHash) >> 32);
}

}  // namespace

struct KeyedRows::Impl {
  static size_t headerBytesOf(const Options& options) {
    CHECK(!options.indexed || !options.appendOnly);
    if (options.appendOnly) return kAppendOnlyBytes;
    return options.indexed ? sizeof(IndexedLink) : sizeof(Link);
  }

  Impl(StateSchema stateSchema, Options rowOptions)
      : schema(std::move(stateSchema)),
        options(rowOptions),
        layout(schema.row),
        keys(keySchema(schema)),
        headerBytes(headerBytesOf(rowOptions)),
        extraBytes((schema.extraBytes + 7) / 8 * 8) {}

  char* bytesOf(Link* link) const {
    return reinterpret_cast<char*>(link) + headerBytes + extraBytes;
  }
  size_t sizeOf(uint32_t rowBytes) const { return headerBytes + extraBytes + rowBytes; }

  Link* make(uint32_t size) {
    Link* link = reinterpret_cast<Link*>(pages.allocate(sizeOf(size)));
    link->size = size;
    if (extraBytes > 0) std::memset(reinterpret_cast<char*>(link) + headerBytes, 0, extraBytes);
    return link;
  }

  // Requires: the row's bytes are written.
  void append(Link* link, std::byte* owner, uint64_t keyHash) {
    KeyList& list = listOf(owner);
    link->next = nullptr;
    if (!options.appendOnly) {
      link->previous = list.last;
      link->owner = owner;
    }
    (list.last ? list.last->next : list.first) = link;
    list.last = link;
    ++list.count;
    ++numRows;
    if (options.indexed) addToIndex(static_cast<IndexedLink*>(link), keyHash);
  }

  bool equal(const Link* a, const std::byte* owner, const char* row, uint32_t size) const {
    return a->owner == owner && a->size == size &&
           std::memcmp(bytesOf(const_cast<Link*>(a)), row, size) == 0;
  }

  void addToIndex(IndexedLink* link, uint64_t keyHash) {
    const char* bytes = bytesOf(link);
    link->tag = tagOf(keyHash, bytes, link->size);
    index.reserveOne();
    size_t slot = index.find(
        link->tag, [&](Link* other) { return equal(other, link->owner, bytes, link->size); });
    IndexedLink* oldest = index.at(slot).row;
    if (oldest == nullptr) {
      link->nextEqual = link->previousEqual = link;
      index.insertAt(slot, link->tag, link);
      return;
    }
    link->nextEqual = oldest;
    link->previousEqual = oldest->previousEqual;
    oldest->previousEqual->nextEqual = link;
    oldest->previousEqual = link;
  }

  void removeFromIndex(IndexedLink* link) {
    size_t slot = index.find(link->tag, [&](Link* other) { return other == link; });
    if (index.at(slot).row == link) {
      if (link->nextEqual == link) {
        index.eraseAt(slot);
        return;
      }
      index.at(slot).row = link->nextEqual;
    }
    link->previousEqual->nextEqual = link->nextEqual;
    link->nextEqual->previousEqual = link->previousEqual;
  }

  void freeRow(Link* link) {
    if (options.indexed) removeFromIndex(static_cast<IndexedLink*>(link));
    pages.release(reinterpret_cast<char*>(link), sizeOf(link->size));
    --numRows;
  }

  void writeKey(SnapshotBuffers::Group& group, const std::byte* value) const;
  Status readKey(SnapshotReader& reader);

  StateSchema schema;
  Options options;
  RowLayout layout;
  KeyedTable keys;
  size_t headerBytes;
  size_t extraBytes;
  RowPages pages;
  RowIndex<IndexedLink> index;
  size_t numRows = 0;
  // Buffers of one call.
  std::vector<std::byte*> owners;
  std::vector<uint32_t> sizes;
  std::vector<char*> targets;
  std::vector<char> scratch;
  std::vector<uint32_t> tags;
  std::vector<Link*> links;
};

KeyedRows::KeyedRows(StateSchema schema, Options options)
    : impl_(std::make_unique<Impl>(std::move(schema), options)) {}
KeyedRows::~KeyedRows() = default;

const StateSchema& KeyedRows::schema() const { return impl_->schema; }
const KeyEncoder& KeyedRows::encoder() const { return impl_->keys.encoder(); }
const RowLayout& KeyedRows::layout() const { return impl_->layout; }
size_t KeyedRows::numRows() const { return impl_->numRows; }
size_t KeyedRows::byteSize() const {
  return impl_->keys.byteSize() + impl_->pages.reservedBytes() + impl_->index.byteSize();
}

void KeyedRows::setKeyGroups(KeyGroupRange range, uint32_t maxParallelism) {
  impl_->keys.setKeyGroups(range, maxParallelism);
}

void KeyedRows::add(const KeyBatch& keys, std::span<const ColumnPtr> columns, const Rows& rows,
                    StateRow** refs) {
  Impl& impl = *impl_;
  size_t n = keys.size();
  DCHECK(n == rows.count());
  impl.owners.resize(n);
  impl.sizes.resize(n);
  impl.targets.resize(n);
  impl.links.resize(n);
  impl.keys.findOrInsert(keys, impl.owners.data(), nullptr);
  impl.layout.measure(columns, rows, impl.sizes.data());
  for (size_t k = 0; k < n; ++k) {
    if (k + kPrefetchDistance < n) {
      __builtin_prefetch(listOf(impl.owners[k + kPrefetchDistance]).last);
    }
    impl.links[k] = impl.make(impl.sizes[k]);
    impl.targets[k] = impl.bytesOf(impl.links[k]);
  }
  impl.layout.encode(columns, rows, impl.targets.data());
  for (size_t k = 0; k < n; ++k) {
    impl.append(impl.links[k], impl.owners[k], keys.hashes()[k]);
    if (refs) refs[k] = rowOf(impl.links[k]);
  }
}

void KeyedRows::findEqual(const KeyBatch& keys, std::span<const ColumnPtr> columns,
                          const Rows& rows, StateRow** refs) const {
  Impl& impl = *impl_;
  CHECK(impl.options.indexed);
  size_t n = keys.size();
  impl.owners.resize(n);
  impl.sizes.resize(n);
  impl.targets.resize(n);
  impl.tags.resize(n);
  impl.keys.find(keys, impl.owners.data());
  impl.layout.measure(columns, rows, impl.sizes.data());
  size_t total = 0;
  for (size_t k = 0; k < n; ++k) total += impl.sizes[k];
  if (impl.scratch.size() < total) impl.scratch.resize(total);
  char* next = impl.scratch.data();
  for (size_t k = 0; k < n; ++k) {
    impl.targets[k] = next;
    next += impl.sizes[k];
  }
  impl.layout.encode(columns, rows, impl.targets.data());
  for (size_t k = 0; k < n; ++k) {
    impl.tags[k] = tagOf(keys.hashes()[k], impl.targets[k], impl.sizes[k]);
    impl.index.prefetch(impl.tags[k]);
  }
  for (size_t k = 0; k < n; ++k) {
    refs[k] = nullptr;
    if (impl.owners[k] == nullptr || impl.index.empty()) continue;
    size_t slot = impl.index.find(impl.tags[k], [&](Link* other) {
      return impl.equal(other, impl.owners[k], impl.targets[k], impl.sizes[k]);
    });
    refs[k] = rowOf(impl.index.at(slot).row);
  }
}

void KeyedRows::first(const KeyBatch& keys, StateRow** refs) const {
  size_t n = keys.size();
  impl_->owners.resize(n);
  impl_->keys.find(keys, impl_->owners.data());
  for (size_t k = 0; k < n; ++k) {
    std::byte* owner = impl_->owners[k];
    refs[k] = owner ? rowOf(listOf(owner).first) : nullptr;
    if (refs[k]) __builtin_prefetch(refs[k]);
  }
}

StateRow* KeyedRows::next(const StateRow* row) { return rowOf(linkOf(row)->next); }
size_t KeyedRows::keyCount(const StateRow* row) { return listOf(linkOf(row)->owner).count; }

const char* KeyedRows::rowBytes(const StateRow* row) const { return impl_->bytesOf(linkOf(row)); }

std::byte* KeyedRows::extra(StateRow* row) const {
  return reinterpret_cast<std::byte*>(row) + impl_->headerBytes;
}

std::string_view KeyedRows::keyBytes(const StateRow* row) const {
  const std::byte* owner = linkOf(row)->owner;
  return {impl_->keys.keyBytes(owner), impl_->keys.keySize(owner)};
}

uint64_t KeyedRows::keyHash(const StateRow* row) const {
  return impl_->keys.keyHash(linkOf(row)->owner);
}

void KeyedRows::erase(StateRow* row) {
  CHECK(!impl_->options.appendOnly);
  Link* link = linkOf(row);
  std::byte* owner = link->owner;
  KeyList& list = listOf(owner);
  (link->previous ? link->previous->next : list.first) = link->next;
  (link->next ? link->next->previous : list.last) = link->previous;
  --list.count;
  impl_->freeRow(link);
  if (list.count == 0) impl_->keys.erase(owner);
}

void KeyedRows::eraseKeyOf(StateRow* row) {
  CHECK(!impl_->options.appendOnly);
  std::byte* owner = linkOf(row)->owner;
  for (Link* link = listOf(owner).first; link != nullptr;) {
    Link* next = link->next;
    impl_->freeRow(link);
    link = next;
  }
  impl_->keys.erase(owner);
}

void KeyedRows::clear() {
  impl_->keys.finishSweep();
  impl_->keys.clear();
  impl_->pages.clear();
  impl_->index.clear();
  impl_->numRows = 0;
}

void KeyedRows::forEachKey(const std::function<void(StateRow* first)>& visit) {
  impl_->keys.forEach([&](std::byte* const* values, size_t n) {
    for (size_t k = 0; k < n; ++k) visit(rowOf(listOf(values[k]).first));
  });
}

void KeyedRows::Impl::writeKey(SnapshotBuffers::Group& group, const std::byte* value) const {
  const KeyList& list = *reinterpret_cast<const KeyList*>(value);
  group.addEntries(1);
  group.put(keys.keyHash(value));
  group.put(keys.keySize(value));
  group.append(keys.keyBytes(value), keys.keySize(value));
  group.put(list.count);
  for (Link* link = list.first; link != nullptr; link = link->next) {
    if (link->next) __builtin_prefetch(link->next);
    // The operator's bytes and the row's are contiguous.
    size_t bytes = extraBytes + link->size;
    char* room = group.reserve(sizeof(uint32_t) + bytes);
    std::memcpy(room, &link->size, sizeof(uint32_t));
    std::memcpy(room + sizeof(uint32_t), reinterpret_cast<char*>(link) + headerBytes, bytes);
  }
}

std::unique_ptr<StateSweep> KeyedRows::beginSnapshot(SnapshotBuffers& buffers) {
  Impl* impl = impl_.get();
  return beginKeySweep(impl->keys, buffers,
                       [impl](SnapshotBuffers::Group& group, const std::byte* value) {
                         impl->writeKey(group, value);
                       });
}

Status KeyedRows::Impl::readKey(SnapshotReader& reader) {
  uint64_t hash = TRY(reader.get<uint64_t>());
  uint32_t keySize = TRY(reader.get<uint32_t>());
  const char* key = TRY(reader.take(keySize));
  uint64_t count = TRY(reader.get<uint64_t>());
  if (count == 0) return reader.damaged("a key without rows");
  KeyBatch batch;
  batch.reset(keys.encoder());
  batch.append(hash, {key, keySize});
  std::byte* owner = nullptr;
  keys.findOrInsert(batch, &owner, nullptr);
  for (; count > 0; --count) {
    uint32_t size = TRY(reader.get<uint32_t>());
    const char* bytes = TRY(reader.take(extraBytes + size));
    Link* link = make(size);
    std::memcpy(reinterpret_cast<char*>(link) + headerBytes, bytes, extraBytes + size);
    append(link, owner, hash);
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
