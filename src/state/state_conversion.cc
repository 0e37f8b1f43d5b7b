#include "state/state_conversion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "state/column_conversion.h"
#include "state/key_conversion.h"
#include "state/part_conversion.h"
#include "types/sort_key.h"

namespace millrace {

namespace {

// Key groups that are held twice, in both schemas, at a time.
constexpr uint32_t kGroupsAtOnce = 16;

Error refused(const std::string& name, const std::string& reason) {
  return Error(ErrorKind::kRestore,
               fmt::format("state '{}' of the snapshot does not fit: {}", name, reason))
      .withHint(
          "'millrace savepoint check' compares a query with a snapshot. Restore the query that "
          "wrote it, or start without it.");
}

// Calls restore(reader, range) for all key groups that may hold keys of the new state, a few at a
// time.
template <typename Restore>
Status forGroups(const ConversionSource& source, Restore restore) {
  KeyGroupRange range = source.range;
  if (source.mapping.movesKeys) range = {0, source.maxParallelism - 1};
  for (uint32_t first = range.first; first <= range.last; first += kGroupsAtOnce) {
    KeyGroupRange some{first, std::min(range.last, first + kGroupsAtOnce - 1)};
    SnapshotReader reader(source.restored, source.stored.name);
    TRY(restore(reader, some));
  }
  return {};
}

// The schema of a structure that holds old entries with the times that they had, when the new one
// wants them. It removes nothing: the new time to live is what counts.
StateSchema heldSchema(const StateSchema& stored, const StateSchema& wanted) {
  StateSchema held = stored;
  held.ttlMillis = wanted.ttlMillis == 0 ? 0 : std::numeric_limits<int64_t>::max();
  held.ttlOfKeys = wanted.ttlOfKeys;
  return held;
}

// Entries of the old table, added to the new one.
class TableConversion {
 public:
  static Result<TableConversion> make(const ConversionSource& source, const StateSchema& wanted) {
    KeyConversion keys = TRY(KeyConversion::make(source, wanted));
    PartConversion parts =
        TRY(PartConversion::make(source.stored.parts, wanted.parts, source.mapping.parts));
    return TableConversion(std::move(keys), std::move(parts));
  }

  Status add(KeyedTable& from, KeyedTable& to) {
    Status status;
    from.forEach([&](std::byte* const* values, size_t n) {
      if (status.ok()) status = addRun(from, values, n, to);
    });
    return status;
  }

 private:
  TableConversion(KeyConversion keys, PartConversion parts)
      : keys_(std::move(keys)), parts_(std::move(parts)) {}

  Status addRun(KeyedTable& from, std::byte* const* values, size_t n, KeyedTable& to) {
    std::vector<const char*> bytes(n);
    std::vector<uint64_t> hashes(n);
    for (size_t k = 0; k < n; ++k) {
      bytes[k] = from.keyBytes(values[k]);
      hashes[k] = from.keyHash(values[k]);
    }
    TRY(keys_.convert(bytes, hashes));
    std::vector<std::byte*> targets(keys_.kept().size());
    to.findOrInsert(keys_.keys(), targets.data(), nullptr);
    for (size_t i = 0; i < targets.size(); ++i) {
      if (to.time() != nullptr) {
        to.setWrittenMillis(targets[i], from.writtenMillis(values[keys_.kept()[i]]));
      }
      TRY(parts_.copy(values[keys_.kept()[i]], from.strings(), targets[i], to.strings()));
    }
    return {};
  }

  KeyConversion keys_;
  PartConversion parts_;
};

}  // namespace

Result<std::optional<StateSchema>> otherSchema(const RestoredOperator& restored,
                                               const StateSchema& wanted) {
  std::optional<StateSchema> same;
  const std::string* text = nullptr;
  for (const auto& file : restored.files()) {
    const SnapshotState* state = file->state(wanted.name);
    // The reader says what is wrong.
    if (state == nullptr || (text != nullptr && state->schema != *text)) return same;
    text = &state->schema;
  }
  if (text == nullptr || *text == schemaText(wanted)) return same;
  StateSchema stored = TRY(parseSchemaText(*text));
  if (sameBesideTtl(stored, wanted)) return same;
  return std::optional<StateSchema>(std::move(stored));
}

Result<ConversionSource> planConversion(const RestoredOperator& restored, StateSchema stored,
                                        const StateSchema& wanted, KeyGroupRange range,
                                        uint32_t maxParallelism) {
  SchemaMapping mapping = compareSchemas(stored, wanted);
  if (!mapping.fits()) return refused(wanted.name, mapping.reason);
  return ConversionSource{restored, std::move(stored), std::move(mapping), range, maxParallelism};
}

Status convertState(const ConversionSource& source, KeyedTable& target) {
  TableConversion conversion = TRY(TableConversion::make(source, target.schema()));
  return forGroups(source, [&](SnapshotReader& reader, KeyGroupRange range) -> Status {
    KeyedTable old(std::make_shared<const StateSchema>(heldSchema(source.stored, target.schema())),
                   target.time());
    TRY(old.restore(reader, range, source.maxParallelism));
    return conversion.add(old, target);
  });
}

Status convertState(const ConversionSource& source, NamespacedTable& target) {
  TableConversion conversion = TRY(TableConversion::make(source, target.schema()));
  return forGroups(source, [&](SnapshotReader& reader, KeyGroupRange range) -> Status {
    NamespacedTable old(std::make_shared<const StateSchema>(source.stored));
    TRY(old.restore(reader, range, source.maxParallelism));
    for (const auto& [space, table] : old.spaces()) {
      if (table->size() > 0) TRY(conversion.add(*table, target.at(space)));
    }
    return {};
  });
}

namespace {

// The rows of one key of the old state, as those of the new one.
class RowsConversion {
 public:
  static Result<RowsConversion> make(const ConversionSource& source, const StateSchema& wanted) {
    KeyConversion keys = TRY(KeyConversion::make(source, wanted));
    RowConversion rows =
        TRY(RowConversion::make(source.stored.row, wanted.row, source.mapping.row));
    return RowsConversion(std::move(keys), std::move(rows));
  }

  // False when the key belongs to another subtask.
  Result<bool> convert(std::string_view key, uint64_t hash) {
    TRY(keys_.convert({key.data()}, {hash}));
    if (keys_.kept().empty()) return false;
    TRY(rows_.apply(bytes_.data(), bytes_.size()));
    return true;
  }

  void clear() { bytes_.clear(); }
  void addRow(const char* bytes) { bytes_.push_back(bytes); }
  const KeyBatch& keys() const { return keys_.keys(); }
  const RowConversion& rows() const { return rows_; }

 private:
  RowsConversion(KeyConversion keys, RowConversion rows)
      : keys_(std::move(keys)), rows_(std::move(rows)) {}

  KeyConversion keys_;
  RowConversion rows_;
  std::vector<const char*> bytes_;
};

Status addRows(KeyedRows& old, StateRow* first, RowsConversion& conversion, uint32_t extraBytes,
               KeyedRows& target) {
  conversion.clear();
  std::vector<StateRow*> rows;
  for (StateRow* row = first; row != nullptr; row = KeyedRows::next(row)) {
    rows.push_back(row);
    conversion.addRow(old.rowBytes(row));
  }
  if (!TRY(conversion.convert(old.keyBytes(first), old.keyHash(first)))) return {};
  KeyBatch keys;
  keys.reset(target.encoder());
  for (size_t k = 0; k < rows.size(); ++k) {
    keys.append(conversion.keys().hashes()[0], conversion.keys().bytes(0));
  }
  std::vector<StateRow*> added(rows.size());
  std::vector<int64_t> written;
  for (StateRow* row : rows) written.push_back(old.writtenMillis(row));
  target.add(keys, conversion.rows().columns(), Rows::dense(rows.size()), added.data(),
             written.data());
  if (extraBytes == 0) return {};
  for (size_t k = 0; k < rows.size(); ++k) {
    std::memcpy(target.extra(added[k]), old.extra(rows[k]), extraBytes);
  }
  return {};
}

}  // namespace

Status convertState(const ConversionSource& source, KeyedRows& target) {
  RowsConversion conversion = TRY(RowsConversion::make(source, target.schema()));
  return forGroups(source, [&](SnapshotReader& reader, KeyGroupRange range) -> Status {
    KeyedRows old(heldSchema(source.stored, target.schema()), {}, target.time());
    TRY(old.restore(reader, range, source.maxParallelism));
    Status status;
    old.forEachKey([&](StateRow* first) {
      if (!status.ok()) return;
      status = addRows(old, first, conversion, source.stored.extraBytes, target);
    });
    return status;
  });
}

namespace {

// The sort keys of converted rows: as they were, or made anew when a sort column was widened.
class StoredSortKeys {
 public:
  StoredSortKeys(const StateSchema& stored, const StateSchema& wanted) : sort_(wanted.sort) {
    std::vector<SortColumn> columns;
    for (size_t i = 0; i < sort_.size(); ++i) {
      const Type& type = wanted.row[sort_[i].column];
      columns.push_back({type, sort_[i].ascending, sort_[i].nullsFirst});
      // Columns that cannot be NULL have no NULL byte.
      const Type& old = stored.row[stored.sort[i].column];
      if (!old.sameAs(type) || old.nullable() != type.nullable()) anew_ = true;
    }
    if (anew_) encoder_.emplace(std::move(columns));
  }

  void begin(const std::vector<ColumnPtr>& row, size_t n) {
    if (!anew_) return;
    std::vector<ColumnPtr> columns;
    for (const SortOrder& item : sort_) columns.push_back(row[item.column]);
    encoder_->encode(columns, Rows::dense(n), bytes_, offsets_);
  }
  std::string_view key(size_t k, std::string_view stored) const {
    if (!anew_) return stored;
    return std::string_view(bytes_).substr(offsets_[k], offsets_[k + 1] - offsets_[k]);
  }

 private:
  std::vector<SortOrder> sort_;
  bool anew_ = false;
  std::optional<SortKeyEncoder> encoder_;
  std::string bytes_;
  std::vector<uint32_t> offsets_;
};

Status addGroup(KeyedSortedRows& old, SortedGroup* group, RowsConversion& conversion,
                StoredSortKeys& sortKeys, KeyedSortedRows& target) {
  size_t n = KeyedSortedRows::size(group);
  conversion.clear();
  std::vector<StateRow*> rows;
  for (size_t rank = 0; rank < n; ++rank) {
    rows.push_back(old.at(group, rank));
    conversion.addRow(old.rowBytes(rows.back()));
  }
  if (!TRY(conversion.convert(old.keyBytes(group), old.keyHash(group)))) return {};
  sortKeys.begin(conversion.rows().columns(), n);
  SortedGroup* added = nullptr;
  target.findOrInsert(conversion.keys(), &added);
  uint32_t extraBytes = old.schema().extraBytes;
  for (size_t k = 0; k < n; ++k) {
    StateRow* row = nullptr;
    target.insert(added, sortKeys.key(k, old.sortKey(rows[k])), conversion.rows().row(k), &row);
    target.setWrittenMillis(added, row, old.writtenMillis(group, rows[k]));
    if (extraBytes > 0) std::memcpy(target.extra(row), old.extra(rows[k]), extraBytes);
  }
  return {};
}

}  // namespace

Status convertState(const ConversionSource& source, KeyedSortedRows& target) {
  RowsConversion conversion = TRY(RowsConversion::make(source, target.schema()));
  StoredSortKeys sortKeys(source.stored, target.schema());
  return forGroups(source, [&](SnapshotReader& reader, KeyGroupRange range) -> Status {
    KeyedSortedRows old(heldSchema(source.stored, target.schema()), target.time());
    TRY(old.restore(reader, range, source.maxParallelism));
    Status status;
    old.forEachGroup([&](SortedGroup* group) {
      if (status.ok()) status = addGroup(old, group, conversion, sortKeys, target);
    });
    return status;
  });
}

Status convertState(const ConversionSource& source, Timers& target) {
  KeyConversion keys = TRY(KeyConversion::make(source, target.schema()));
  return forGroups(source, [&](SnapshotReader& reader, KeyGroupRange range) -> Status {
    Timers old(source.stored);
    TRY(old.restore(reader, range, source.maxParallelism));
    return old.advance(INT64_MAX, [&](const Timer& timer) -> Status {
      TRY(keys.convert({timer.key.data()}, {timer.keyHash}));
      if (keys.kept().empty()) return {};
      target.add({timer.time, timer.space, keys.keys().hashes()[0], keys.keys().bytes(0)});
      return {};
    });
  });
}

}  // namespace millrace
