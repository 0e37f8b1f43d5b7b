#include "state/table_snapshot.h"

#include <algorithm>
#include <cstring>

#include "state/table_slots.h"

namespace millrace {

namespace {

constexpr size_t kBatch = 1024;

// Entries are read in hash order, which is no order in memory.
constexpr size_t kPrefetchDistance = 16;

struct GroupedValue {
  uint32_t group;
  const std::byte* value;
};

// A stable counting sort for many values, a comparing one for few.
void sortValues(std::vector<GroupedValue>& values, uint32_t maxParallelism) {
  if (values.size() < maxParallelism) {
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& a, const auto& b) { return a.group < b.group; });
    return;
  }
  std::vector<size_t> starts(maxParallelism + 1, 0);
  for (const GroupedValue& value : values) ++starts[value.group + 1];
  for (size_t group = 0; group < maxParallelism; ++group) starts[group + 1] += starts[group];
  std::vector<GroupedValue> sorted(values.size());
  for (const GroupedValue& value : values) sorted[starts[value.group]++] = value;
  values = std::move(sorted);
}

}  // namespace

namespace {

// Key groups by the leading key columns only.
void regroup(const KeyedTable& table, uint32_t maxParallelism, std::vector<GroupedValue>& values) {
  std::vector<const std::byte*> addresses;
  std::vector<uint64_t> hashes;
  for (size_t first = 0; first < values.size(); first += kBatch) {
    size_t n = std::min(kBatch, values.size() - first);
    addresses.clear();
    for (size_t k = 0; k < n; ++k) addresses.push_back(values[first + k].value);
    std::vector<ColumnPtr> keys = table.decodeKeys(addresses.data(), n);
    keys.resize(table.schema().groupColumns);
    hashes.resize(n);
    hashKeys(keys, Rows::dense(n), hashes.data());
    for (size_t k = 0; k < n; ++k) {
      values[first + k].group = keyGroupOf(hash32Of(hashes[k]), maxParallelism);
    }
  }
}

}  // namespace

std::vector<TableSnapshot::Run> TableSnapshot::sortByGroup(const KeyedTable& table,
                                                           uint32_t maxParallelism,
                                                           std::vector<const std::byte*>& values) {
  const KeyedTable::Slots& slots = *table.slots_;
  std::vector<GroupedValue> grouped;
  grouped.reserve(slots.index.size());
  for (size_t i = 0; i < slots.index.capacity(); ++i) {
    HashSlots::Slot slot = slots.index.at(static_cast<uint32_t>(i));
    if (slot.entry == 0) continue;
    grouped.push_back({keyGroupOf(slot.tag, maxParallelism),
                       slots.pages.address(slot.entry) + slots.headerBytes()});
  }
  if (table.schema().groupColumns != 0) regroup(table, maxParallelism, grouped);
  sortValues(grouped, maxParallelism);
  values.clear();
  values.reserve(grouped.size());
  std::vector<Run> runs;
  for (const GroupedValue& entry : grouped) {
    if (runs.empty() || runs.back().group != entry.group) {
      runs.push_back({entry.group, values.size(), values.size()});
    }
    values.push_back(entry.value);
    ++runs.back().last;
  }
  return runs;
}

void TableSnapshot::writeEntries(SnapshotWriter& writer, const KeyedTable& table,
                                 const std::byte* const* values, size_t n) {
  const KeyedTable::Slots& slots = *table.slots_;
  bool byteKeys = slots.kind == KeyEncoder::Kind::kBytes;
  uint32_t header = slots.headerBytes();
  if (!byteKeys && slots.strings.empty()) {
    size_t stride = slots.pages.stride();
    for (size_t first = 0; first < n; first += kBatch) {
      size_t last = std::min(first + kBatch, n);
      char* room = writer.reserve((last - first) * stride);
      for (size_t k = first; k < last; ++k, room += stride) {
        if (k + kPrefetchDistance < n) __builtin_prefetch(values[k + kPrefetchDistance]);
        std::memcpy(room, values[k] - header, stride);
      }
    }
    return;
  }
  for (size_t k = 0; k < n; ++k) {
    if (k + kPrefetchDistance < n) {
      __builtin_prefetch(values[k + kPrefetchDistance] - header);
    }
    const std::byte* entry = values[k] - header;
    if (byteKeys) {
      std::string_view key = table.strings_.view(KeyedTable::Slots::keyString(entry));
      writer.append(entry, KeyedTable::Slots::kHashBytes);
      writer.put(static_cast<uint32_t>(key.size()));
      writer.append(key.data(), key.size());
    } else {
      writer.append(entry, header);
    }
    writer.append(values[k], table.valueBytes_);
    for (uint32_t offset : slots.strings) {
      StateString string;
      std::memcpy(&string, values[k] + offset, sizeof(string));
      std::string_view text = table.strings_.view(string);
      writer.put(static_cast<uint32_t>(text.size()));
      writer.append(text.data(), text.size());
    }
  }
}

void TableSnapshot::write(SnapshotWriter& writer, const StateSchema& schema, const Spaces& spaces) {
  struct Part {
    uint32_t group;
    size_t space;
    size_t first;
    size_t last;
  };
  std::vector<std::vector<const std::byte*>> values(spaces.size());
  std::vector<Part> parts;
  for (size_t i = 0; i < spaces.size(); ++i) {
    for (const Run& run : sortByGroup(*spaces[i].second, writer.maxParallelism(), values[i])) {
      parts.push_back({run.group, i, run.first, run.last});
    }
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& a, const Part& b) { return a.group < b.group; });
  writer.beginState(schema);
  for (size_t begin = 0; begin < parts.size();) {
    size_t end = begin;
    uint64_t entries = 0;
    for (; end < parts.size() && parts[end].group == parts[begin].group; ++end) {
      entries += parts[end].last - parts[end].first;
    }
    writer.beginGroup(parts[begin].group, entries);
    for (; begin < end; ++begin) {
      const Part& part = parts[begin];
      writer.put(spaces[part.space].first);
      writer.put(uint64_t{part.last - part.first});
      writeEntries(writer, *spaces[part.space].second, values[part.space].data() + part.first,
                   part.last - part.first);
    }
  }
  writer.endState();
}

Status TableSnapshot::readBatch(SnapshotReader& reader, KeyedTable& table, size_t n) {
  const KeyedTable::Slots& slots = *table.slots_;
  bool byteKeys = slots.kind == KeyEncoder::Kind::kBytes;
  KeyBatch keys;
  keys.reset(*table.encoder_);
  std::vector<const char*> stored(n);
  std::vector<std::string_view> texts;
  for (size_t k = 0; k < n; ++k) {
    uint64_t hash = TRY(reader.get<uint64_t>());
    uint32_t size = byteKeys ? TRY(reader.get<uint32_t>()) : slots.keyBytes;
    const char* key = TRY(reader.take(size));
    keys.append(hash, {key, size});
    stored[k] = TRY(reader.take(table.valueBytes_));
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

void KeyedTable::snapshot(SnapshotWriter& writer) const {
  TableSnapshot::write(writer, *schema_, {{0, this}});
}

Status KeyedTable::restore(SnapshotReader& reader, KeyGroupRange range, uint32_t maxParallelism) {
  TRY(reader.check(*schema_, maxParallelism));
  return TableSnapshot::read(reader, range, [this](int64_t) -> KeyedTable& { return *this; });
}

void NamespacedTable::snapshot(SnapshotWriter& writer) const {
  TableSnapshot::Spaces spaces;
  for (const auto& [space, table] : spaces_) spaces.emplace_back(space, table.get());
  TableSnapshot::write(writer, *schema_, spaces);
}

Status NamespacedTable::restore(SnapshotReader& reader, KeyGroupRange range,
                                uint32_t maxParallelism) {
  TRY(reader.check(*schema_, maxParallelism));
  return TableSnapshot::read(reader, range,
                             [this](int64_t space) -> KeyedTable& { return at(space); });
}

}  // namespace millrace
