#include "state/schema_comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "state/column_match.h"
#include "state/part_conversion.h"

namespace millrace {

namespace {

std::string listOf(const std::vector<std::string>& names, const std::vector<Type>& types) {
  if (!names.empty()) return fmt::format("({})", fmt::join(names, ", "));
  std::vector<std::string> texts;
  for (const Type& type : types) texts.push_back(type.toString());
  return fmt::format("({})", fmt::join(texts, ", "));
}

bool isIdentity(const std::vector<uint32_t>& from) {
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != i) return false;
  }
  return true;
}

bool hasOwnColumns(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return name.starts_with('$'); });
}

std::string compareKeys(const StateSchema& stored, const StateSchema& wanted,
                        SchemaMapping& mapping) {
  ColumnMatch match(stored.key, stored.keyNames, wanted.key, wanted.keyNames);
  if (stored.key.size() != wanted.key.size() || !match.missing().empty()) {
    return fmt::format("it was kept by {}, now by {}", listOf(stored.keyNames, stored.key),
                       listOf(wanted.keyNames, wanted.key));
  }
  if (!match.reason().empty()) return "its key " + match.reason();
  mapping.key = match.from();
  mapping.movesKeys = !isIdentity(mapping.key);
  uint32_t leading = wanted.groupColumns;
  bool leads = stored.groupColumns == leading;
  for (uint32_t i = 0; i < leading && leads; ++i) leads = mapping.key[i] < leading;
  if (!leads || (mapping.movesKeys && hasOwnColumns(wanted.keyNames))) {
    return fmt::format("the order of its keys was {} and is {} now",
                       listOf(stored.keyNames, stored.key), listOf(wanted.keyNames, wanted.key));
  }
  return {};
}

std::string compareRows(const StateSchema& stored, const StateSchema& wanted,
                        SchemaMapping& mapping) {
  ColumnMatch match(stored.row, stored.rowNames, wanted.row, wanted.rowNames);
  if (!match.missing().empty()) {
    return fmt::format("its rows do not have {}, they are {}", match.missing(),
                       listOf(stored.rowNames, stored.row));
  }
  if (!match.reason().empty()) return match.reason();
  bool named = !stored.rowNames.empty() && !wanted.rowNames.empty();
  if (!named && stored.row.size() != wanted.row.size()) {
    return fmt::format("its rows were {} and are {} now", listOf(stored.rowNames, stored.row),
                       listOf(wanted.rowNames, wanted.row));
  }
  mapping.row = match.from();
  if (stored.extraBytes != wanted.extraBytes) {
    return fmt::format("{} bytes were kept beside each row, now {}", stored.extraBytes,
                       wanted.extraBytes);
  }
  // Who goes on with the first rows finds them among all of them.
  bool fewer = stored.order == "all rows" && wanted.order.starts_with("the first ");
  bool sameSort =
      (stored.order == wanted.order || fewer) && stored.sort.size() == wanted.sort.size();
  for (size_t i = 0; i < wanted.sort.size() && sameSort; ++i) {
    SortOrder moved = wanted.sort[i];
    moved.column = mapping.row[moved.column];
    sameSort = moved == stored.sort[i];
  }
  if (sameSort) return {};
  if (stored.order == wanted.order || fewer) return "its rows were in another order";
  return fmt::format("it was kept for '{}', now for '{}'", stored.order, wanted.order);
}

// Whether the value of a part can be read as another one.
bool partFits(const ValuePart& stored, const ValuePart& wanted) {
  if (!wanted.row.empty() || !stored.row.empty()) {
    ColumnMatch match(stored.row, stored.rowNames, wanted.row, wanted.rowNames);
    return match.fits() && stored.strings == wanted.strings;
  }
  if (stored.strings != wanted.strings || stored.isAggregate() != wanted.isAggregate())
    return false;
  if (stored.isAggregate()) return aggregateWidens(stored, wanted);
  if (stored.bytes != wanted.bytes) return false;
  // Rows may go on uncounted, but not be counted from now on.
  return stored.type == wanted.type || (stored.type == "counted" && wanted.type == "not counted");
}

std::string compareParts(const StateSchema& stored, const StateSchema& wanted,
                         SchemaMapping& mapping) {
  std::vector<uint8_t> used(stored.parts.size(), 0);
  for (const ValuePart& part : wanted.parts) {
    int found = -1;
    for (size_t j = 0; j < stored.parts.size() && found < 0; ++j) {
      if (used[j] == 0 && stored.parts[j].name == part.name) found = static_cast<int>(j);
    }
    mapping.parts.push_back(found);
    if (found < 0) {
      if (!part.isAggregate()) return fmt::format("it has no {}", part.name);
      mapping.notes.push_back(fmt::format("{} is new and starts empty", part.name));
      continue;
    }
    used[found] = 1;
    const ValuePart& old = stored.parts[found];
    if (partFits(old, part)) continue;
    return old.type == part.type
               ? fmt::format("{} is kept otherwise", part.name)
               : fmt::format("{} was kept as '{}', now as '{}'", part.name, old.type, part.type);
  }
  for (size_t j = 0; j < stored.parts.size(); ++j) {
    const ValuePart& part = stored.parts[j];
    if (used[j] != 0) continue;
    if (!part.isAggregate() && part.name != "rows") return fmt::format("it kept {}", part.name);
    if (part.isAggregate()) mapping.notes.push_back(fmt::format("{} is dropped", part.name));
  }
  return {};
}

}  // namespace

SchemaMapping compareSchemas(const StateSchema& stored, const StateSchema& wanted) {
  SchemaMapping mapping;
  if (stored.kind != wanted.kind) {
    mapping.reason = fmt::format("it was kept as {}, now as {}", stateKindName(stored.kind),
                                 stateKindName(wanted.kind));
    return mapping;
  }
  mapping.reason = compareKeys(stored, wanted, mapping);
  if (mapping.fits()) mapping.reason = compareRows(stored, wanted, mapping);
  if (mapping.fits()) mapping.reason = compareParts(stored, wanted, mapping);
  return mapping;
}

namespace {

std::set<std::string> aggregatesOf(const StateSchema& schema) {
  std::set<std::string> names(schema.aggregates.begin(), schema.aggregates.end());
  for (const ValuePart& part : schema.parts) {
    if (part.isAggregate()) names.insert(part.name);
  }
  return names;
}

// True when a state goes or comes with its aggregates: the other side has none of them.
bool belongsTo(const StateSchema& schema, const std::set<std::string>& others) {
  return !schema.aggregates.empty() &&
         std::none_of(schema.aggregates.begin(), schema.aggregates.end(),
                      [&](const std::string& name) { return others.contains(name); });
}

template <typename Schemas>
const StateSchema* find(const Schemas& schemas, const std::string& name) {
  for (const StateSchema& schema : schemas) {
    if (schema.name == name) return &schema;
  }
  return nullptr;
}

void addNotes(const StateSchema& schema, const char* what, OperatorComparison& result) {
  for (const std::string& name : schema.aggregates) {
    std::string note = fmt::format("{} {}", name, what);
    auto& notes = result.notes;
    if (std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(note);
  }
}

}  // namespace

OperatorComparison compareOperators(std::span<const StoredState> stored,
                                    std::span<const StateSchema> wanted) {
  OperatorComparison result;
  std::vector<StateSchema> old;
  std::set<std::string> oldAggregates;
  std::set<std::string> newAggregates;
  for (const StoredState& state : stored) {
    old.push_back(state.schema);
    oldAggregates.merge(aggregatesOf(state.schema));
  }
  for (const StateSchema& schema : wanted) newAggregates.merge(aggregatesOf(schema));
  for (const StateSchema& schema : wanted) {
    if (schema.kind == StateKind::kList) continue;
    const StateSchema* before = find(old, schema.name);
    if (before == nullptr) {
      if (!belongsTo(schema, oldAggregates)) {
        result.reason = fmt::format("the snapshot has no state '{}'", schema.name);
        return result;
      }
      addNotes(schema, "is new and starts empty", result);
      continue;
    }
    SchemaMapping mapping = compareSchemas(*before, schema);
    if (!mapping.fits()) {
      result.reason = fmt::format("state '{}': {}", schema.name, mapping.reason);
      return result;
    }
    for (size_t i = 0; i < mapping.parts.size(); ++i) {
      const std::string& name = schema.parts[i].name;
      if (mapping.parts[i] >= 0 || !oldAggregates.contains(name)) continue;
      result.reason = fmt::format("{} kept all its values, now only a result", name);
      return result;
    }
    result.notes.insert(result.notes.end(), mapping.notes.begin(), mapping.notes.end());
  }
  for (const StoredState& state : stored) {
    const StateSchema& schema = state.schema;
    if (schema.kind == StateKind::kList || find(wanted, schema.name) != nullptr) continue;
    if (belongsTo(schema, newAggregates)) {
      addNotes(schema, "is dropped", result);
    } else if (!state.empty) {
      result.reason = fmt::format("nothing takes its state '{}'", schema.name);
      return result;
    }
  }
  return result;
}

}  // namespace millrace
