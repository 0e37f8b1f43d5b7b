#include "state/table_snapshot.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "state/namespaced_sweep.h"
#include "state/table_expiry.h"
#include "state/table_slots.h"

namespace millrace {

namespace {

constexpr size_t kBatch = 1024;

// Entries are read in hash order, which is no order in memory.
constexpr size_t kPrefetchDistance = 16;
constexpr size_t kLineBytes = 64;

}  // namespace

class TableSnapshot::Saver final : public EntrySaver {
 public:
  Saver(const KeyedTable& table, int64_t space, SnapshotBuffers& buffers)
      : table_(table),
        slots_(*table.slots_),
        space_(space),
        buffers_(buffers),
        fixed_(slots_.kind != KeyEncoder::Kind::kBytes && slots_.strings.empty()) {
    if (table.expiry_) limitMillis_ = table.expiry_->limitMillis();
  }

  void save(const std::byte* const* values, const uint32_t* entries, size_t n) override {
    if (table_.expiry_) {
      n = selectLive(values, entries, n);
      values = live_.data();
    }
    for (size_t first = 0; first < n; first += kBatch) {
      saveBatch(values + first, first, std::min(kBatch, n - first));
    }
  }

 private:
  // What had not expired at the mark, with its times: live_ and written_.
  size_t selectLive(const std::byte* const* values, const uint32_t* entries, size_t n) {
    live_.clear();
    written_.clear();
    for (size_t k = 0; k < n; ++k) {
      int64_t written = table_.expiry_->at(entries[k]);
      if (written <= limitMillis_) continue;
      live_.push_back(values[k]);
      written_.push_back(written);
    }
    return live_.size();
  }

  // at: where the times of these values begin in written_.
  void saveBatch(const std::byte* const* values, size_t at, size_t n) {
    findGroups(values, n);
    for (size_t first = 0; first < n;) {
      size_t last = first + 1;
      while (last < n && groups_[last] == groups_[first]) ++last;
      SnapshotBuffers::Group& group = buffers_.group(groups_[first]);
      group.addEntries(space_, last - first);
      if (fixed_) {
        writeFixed(group, values + first, at + first, last - first);
      } else {
        for (size_t k = first; k < last; ++k) {
          if (k + kPrefetchDistance < last)
            __builtin_prefetch(entryOf(values[k + kPrefetchDistance]));
          writeEntry(group, values[k], at + k);
        }
      }
      buffers_.done(groups_[first]);
      first = last;
    }
  }

  const std::byte* entryOf(const std::byte* value) const { return slots_.entryOf(value); }

  void prefetchEntry(const std::byte* entry) const {
    __builtin_prefetch(entry);
    if (slots_.pages.stride() > kLineBytes) __builtin_prefetch(entry + kLineBytes);
  }

  void findGroups(const std::byte* const* values, size_t n) {
    hashes_.resize(n);
    groups_.resize(n);
    if (table_.schema().groupColumns != 0) {
      // By the leading key columns only.
      std::vector<ColumnPtr> keys = table_.decodeKeys(values, n);
      keys.resize(table_.schema().groupColumns);
      hashKeys(keys, Rows::dense(n), hashes_.data());
    } else {
      for (size_t k = 0; k < n; ++k) {
        if (k + kPrefetchDistance < n) prefetchEntry(entryOf(values[k + kPrefetchDistance]));
        hashes_[k] = KeyedTable::Slots::hashOf(entryOf(values[k]));
      }
    }
    for (size_t k = 0; k < n; ++k) groups_[k] = buffers_.groupOf(hashes_[k]);
  }

  void writeFixed(SnapshotBuffers::Group& group, const std::byte* const* values, size_t at,
                  size_t n) const {
    size_t stride = slots_.pages.stride();
    if (table_.expiry_) {
      for (size_t k = 0; k < n; ++k) {
        char* room = group.reserve(stride + sizeof(int64_t));
        std::memcpy(room, entryOf(values[k]), stride);
        std::memcpy(room + stride, &written_[at + k], sizeof(int64_t));
      }
      return;
    }
    char* room = group.reserve(n * stride);
    for (size_t k = 0; k < n; ++k, room += stride) std::memcpy(room, entryOf(values[k]), stride);
  }

  void writeEntry(SnapshotBuffers::Group& group, const std::byte* value, size_t at) const {
    const std::byte* entry = entryOf(value);
    if (slots_.kind == KeyEncoder::Kind::kBytes) {
      std::string_view key = table_.strings_.view(KeyedTable::Slots::keyString(entry));
      group.append(entry, KeyedTable::Slots::kHashBytes);
      group.put(static_cast<uint32_t>(key.size()));
      group.append(key.data(), key.size());
    } else {
      group.append(entry, slots_.headerBytes());
    }
    group.append(value, table_.valueBytes_);
    if (table_.expiry_) group.put(written_[at]);
    for (uint32_t offset : slots_.strings) {
      StateString string;
      std::memcpy(&string, value + offset, sizeof(string));
      std::string_view text = table_.strings_.view(string);
      group.put(static_cast<uint32_t>(text.size()));
      group.append(text.data(), text.size());
    }
  }

  const KeyedTable& table_;
  const KeyedTable::Slots& slots_;
  int64_t space_;
  SnapshotBuffers& buffers_;
  bool fixed_;  // entries are written as they lie in memory
  // Of a table with a time to live.
  int64_t limitMillis_ = 0;
  std::vector<const std::byte*> live_;
  std::vector<int64_t> written_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> groups_;
};

std::unique_ptr<EntrySaver> TableSnapshot::saver(const KeyedTable& table, int64_t space,
                                                 SnapshotBuffers& buffers) {
  return std::make_unique<Saver>(table, space, buffers);
}

Status TableSnapshot::readBatch(SnapshotReader& reader, KeyedTable& table, size_t n) {
  const KeyedTable::Slots& slots = *table.slots_;
  bool byteKeys = slots.kind == KeyEncoder::Kind::kBytes;
  KeyBatch keys;
  keys.reset(*table.encoder_);
  bool timed = reader.times() == StoredTimes::kKeys;
  std::vector<const char*> stored(n);
  std::vector<int64_t> written(timed ? n : 0);
  std::vector<std::string_view> texts;
  for (size_t k = 0; k < n; ++k) {
    uint64_t hash = TRY(reader.get<uint64_t>());
    uint32_t size = byteKeys ? TRY(reader.get<uint32_t>()) : slots.keyBytes;
    const char* key = TRY(reader.take(size));
    keys.append(hash, {key, size});
    stored[k] = TRY(reader.take(table.valueBytes_));
    if (timed) written[k] = TRY(reader.get<int64_t>());
    for (size_t s = 0; s < slots.strings.size(); ++s) {
      uint32_t length = TRY(reader.get<uint32_t>());
      const char* text = TRY(reader.take(length));
      texts.emplace_back(text, length);
    }
  }
  std::vector<std::byte*> values(n);
  table.findOrInsert(keys, values.data(), nullptr);
  size_t text = 0;
  for (size_t k = 0; k < n; ++k) {
    if (timed && table.expiry_) table.foundMillis(k) = written[k];
    if (table.valueBytes_ > 0) std::memcpy(values[k], stored[k], table.valueBytes_);
    for (uint32_t offset : slots.strings) {
      // The stored bytes name a place in the old heap.
      StateString string;
      table.strings_.assign(string, texts[text++]);
      std::memcpy(values[k] + offset, &string, sizeof(string));
    }
  }
  return Status();
}

Status TableSnapshot::readEntries(SnapshotReader& reader, KeyedTable& table, uint64_t n) {
  while (n > 0) {
    size_t batch = static_cast<size_t>(std::min<uint64_t>(n, kBatch));
    TRY(readBatch(reader, table, batch));
    n -= batch;
  }
  return Status();
}

Status TableSnapshot::read(SnapshotReader& reader, KeyGroupRange range,
                           const std::function<KeyedTable&(int64_t)>& tableOf) {
  while (TRY(reader.nextGroup(range))) {
    while (reader.left() > 0) {
      int64_t space = TRY(reader.get<int64_t>());
      uint64_t entries = TRY(reader.get<uint64_t>());
      if (entries > reader.left()) return reader.damaged("more entries than bytes");
      TRY(readEntries(reader, tableOf(space), entries));
    }
  }
  return Status();
}

namespace {

class OneTableSweep final : public StateSweep {
 public:
  explicit OneTableSweep(KeyedTable& table) : table_(table) {}
  ~OneTableSweep() override { table_.abandonSweep(); }
  bool step() override { return table_.sweepSome(); }

 private:
  KeyedTable& table_;
};

}  // namespace

std::unique_ptr<StateSweep> KeyedTable::beginSnapshot(SnapshotBuffers& buffers) {
  beginSweep(TableSnapshot::saver(*this, 0, buffers));
  return std::make_unique<OneTableSweep>(*this);
}

Status KeyedTable::restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism) {
  TRY(reader.check(*schema_, maxParallelism));
  reserve(size() + reader.totalEntries(range));
  return TableSnapshot::read(reader, range, [this](int64_t) -> KeyedTable& { return *this; });
}

std::unique_ptr<StateSweep> NamespacedTable::beginSnapshot(SnapshotBuffers& buffers) {
  return std::make_unique<NamespacedSweep>(*this, buffers);
}

Status NamespacedTable::restore(SnapshotReader& reader, KeyGroupRange range,
                                uint32_t maxParallelism) {
  TRY(reader.check(*schema_, maxParallelism));
  return TableSnapshot::read(reader, range,
                             [this](int64_t space) -> KeyedTable& { return at(space); });
}

}  // namespace millrace
