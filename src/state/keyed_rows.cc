#include "state/keyed_rows.h"

#include "state/keyed_rows_impl.h"

namespace millrace {

namespace {

constexpr size_t kPrefetchDistance = 8;

std::shared_ptr<const StateSchema> keySchema(const StateSchema& schema) {
  auto keys = std::make_shared<StateSchema>();
  keys->name = schema.name;
  keys->key = schema.key;
  keys->parts = {{"rows", "list", sizeof(RowList), {}}};
  return keys;
}

}  // namespace

KeyedRows::Impl::Impl(StateSchema stateSchema, Options rowOptions, const StateTime* stateTime)
    : schema(std::move(stateSchema)),
      options(rowOptions),
      layout(schema.row),
      keys(keySchema(schema)),
      time(schema.ttlMillis != 0 ? stateTime : nullptr),
      timesRows(time != nullptr && !schema.ttlOfKeys),
      extraOffset(headerBytesOf(rowOptions) + (timesRows ? sizeof(int64_t) : 0)),
      extraBytes((schema.extraBytes + 7) / 8 * 8) {
  CHECK(schema.ttlMillis == 0 || stateTime != nullptr, "a time to live without time");
  if (time != nullptr) keys.trackTimes(*time, schema.ttlMillis);
}

KeyedRows::KeyedRows(StateSchema schema, Options options, const StateTime* time)
    : impl_(std::make_unique<Impl>(std::move(schema), options, time)) {}
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
                    StateRow** refs, const int64_t* writtenMillis) {
  Impl& impl = *impl_;
  size_t n = keys.size();
  DCHECK(n == rows.count());
  impl.owners.resize(n);
  impl.sizes.resize(n);
  impl.targets.resize(n);
  impl.links.resize(n);
  impl.keys.findOrInsert(keys, impl.owners.data(), nullptr);
  if (impl.isTimed() && impl.schema.ttlOfKeys) impl.expireFound(n);
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
    if (impl.isTimed()) {
      int64_t millis = writtenMillis != nullptr ? writtenMillis[k] : impl.time->nowMillis();
      impl.setWritten(impl.links[k], impl.owners[k], k, millis);
    }
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
  if (impl.isTimed()) impl.expireFound(n);
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
    impl.tags[k] = Impl::tagOf(keys.hashes()[k], impl.targets[k], impl.sizes[k]);
    impl.index.prefetch(impl.tags[k]);
  }
  for (size_t k = 0; k < n; ++k) {
    refs[k] = nullptr;
    if (impl.owners[k] == nullptr || impl.index.empty()) continue;
    size_t slot = impl.index.find(impl.tags[k], [&](RowLink* other) {
      return impl.equal(other, impl.owners[k], impl.targets[k], impl.sizes[k]);
    });
    refs[k] = rowOf(impl.index.at(slot).row);
  }
}

void KeyedRows::first(const KeyBatch& keys, StateRow** refs) const {
  size_t n = keys.size();
  impl_->owners.resize(n);
  impl_->keys.find(keys, impl_->owners.data());
  if (impl_->isTimed()) impl_->expireFound(n);
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
  return reinterpret_cast<std::byte*>(impl_->extraOf(linkOf(row)));
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
  RowLink* link = linkOf(row);
  std::byte* owner = link->owner;
  RowList& list = listOf(owner);
  impl_->unlink(list, link, link->previous);
  impl_->freeRow(link);
  if (list.count == 0) impl_->keys.erase(owner);
}

void KeyedRows::eraseKeyOf(StateRow* row) {
  CHECK(!impl_->options.appendOnly);
  std::byte* owner = linkOf(row)->owner;
  for (RowLink* link = listOf(owner).first; link != nullptr;) {
    RowLink* next = link->next;
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
    for (size_t k = 0; k < n; ++k) {
      // The rows of a key may have expired.
      if (listOf(values[k]).first != nullptr) visit(rowOf(listOf(values[k]).first));
    }
  });
}

}  // namespace millrace
