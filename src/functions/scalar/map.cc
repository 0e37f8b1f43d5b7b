// The MAP_ functions.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/place_index.h"
#include "functions/collection_kernels.h"
#include "functions/list_output.h"
#include "functions/value_compare.h"
#include "types/gather.h"
#include "types/least_restrictive.h"

namespace millrace {

namespace {

// Keys or values as arrays: the ranges and the child are those of the map.
template <size_t kChild>
Status mapPart(const KernelCall& call, Column& out) {
  const Column& map = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) { out.mutableRanges()[row] = rangeOf(map, row); });
  out.setChild(0, map.child(kChild));
  return Status();
}

bool isMap(Arguments args) { return args.size() == 1 && args[0].type.kind() == TypeKind::kMap; }

template <size_t kChild>
Result<ResolvedCall> resolveMapPart(Arguments args) {
  if (!isMap(args)) return argumentError("a map", args);
  Type type = Type::array(args[0].type.child(kChild)).withNullable(false);
  return keepTypes(args, type, mapPart<kChild>);
}

Status mapEntries(const KernelCall& call, Column& out) {
  const Column& map = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) { out.mutableRanges()[row] = rangeOf(map, row); });
  MutableColumnPtr rows = Column::make(out.type().child(0), map.child(0)->size());
  rows->setChild(0, map.child(0));
  rows->setChild(1, map.child(1));
  out.setChild(0, rows);
  return Status();
}

Result<ResolvedCall> resolveMapEntries(Arguments args) {
  if (!isMap(args)) return argumentError("a map", args);
  Type entry = Type::row({"key", "value"}, {args[0].type.child(0), args[0].type.child(1)});
  return keepTypes(args, Type::array(entry).withNullable(false), mapEntries);
}

Status mapFromArrays(const KernelCall& call, Column& out) {
  ListOutput maps(out);
  const Column& keys = *call.args[0];
  const Column& values = *call.args[1];
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    ListRange keyRange = rangeOf(keys, row), valueRange = rangeOf(values, row);
    if (keyRange.length != valueRange.length) {
      return Error(ErrorKind::kInvalidArgument,
                   fmt::format("MAP_FROM_ARRAYS of {} keys and {} values", keyRange.length,
                               valueRange.length));
    }
    maps.begin(row);
    for (uint32_t n = 0; n < keyRange.length; ++n) {
      maps.child(0).append(*keys.child(0), keyRange.offset + n);
      maps.child(1).append(*values.child(0), valueRange.offset + n);
    }
    maps.end();
  }
  maps.finish();
  return Status();
}

Result<ResolvedCall> resolveMapFromArrays(Arguments args) {
  bool fits = isArrayFirst(args, 2) && args[1].type.kind() == TypeKind::kArray;
  if (!fits) return argumentError("two arrays", args);
  Type type = Type::map(args[0].type.child(0), args[1].type.child(0));
  return keepTypes(args, type.withNullable(false), mapFromArrays);
}

// A row of the entries of a map.
using Entry = std::pair<const Column*, uint32_t>;

uint64_t hashOfKey(const Entry& entry) { return hashRow(*entry.first->child(0), entry.second); }

bool sameKey(const Entry& a, const Entry& b) {
  return compareNullable(*a.first->child(0), a.second, *b.first->child(0), b.second) == 0;
}

Status mapUnion(const KernelCall& call, Column& out) {
  ListOutput maps(out);
  forEachRow(call.rows, [&](uint32_t row) {
    std::vector<Entry> entries;
    PlaceIndex index;
    for (const ColumnPtr& map : call.args) {
      ListRange range = rangeOf(*map, row);
      for (uint32_t n = range.offset; n < range.offset + range.length; ++n) {
        Entry entry(map.get(), n);
        size_t place = index.find(entries, entry, hashOfKey, sameKey);
        if (place == entries.size())
          entries.push_back(entry);
        else
          entries[place] = entry;
      }
    }
    maps.begin(row);
    for (const auto& [map, n] : entries) {
      maps.child(0).append(*map->child(0), n);
      maps.child(1).append(*map->child(1), n);
    }
    maps.end();
  });
  maps.finish();
  return Status();
}

Result<ResolvedCall> resolveMapUnion(Arguments args) {
  bool maps = !args.empty() && std::all_of(args.begin(), args.end(), [](const ArgumentInfo& arg) {
    return arg.type.kind() == TypeKind::kMap;
  });
  if (!maps) return argumentError("maps", args);
  Type type = TRY(commonType(args));
  ResolvedCall call = keepTypes(args, type.withNullable(false), mapUnion);
  for (size_t i = 0; i < args.size(); ++i) {
    call.arguments[i] = type.withNullable(args[i].type.nullable());
  }
  return call;
}

}  // namespace

void addMapFunctions(FunctionCatalog& catalog) {
  catalog.add(collection("MAP_KEYS", "MAP_KEYS(map)", "The keys as an array.",
                         "MAP_KEYS(MAP['a', 1])", "[\"a\"]", resolveMapPart<0>));
  catalog.add(collection("MAP_VALUES", "MAP_VALUES(map)", "The values as an array.",
                         "MAP_VALUES(MAP['a', 1])", "[1]", resolveMapPart<1>));
  catalog.add(
      collection("MAP_ENTRIES", "MAP_ENTRIES(map)", "The entries as an array of rows (key, value).",
                 "MAP_ENTRIES(MAP['a', 1])", "[{\"key\":\"a\",\"value\":1}]", resolveMapEntries));
  catalog.add(collection("MAP_FROM_ARRAYS", "MAP_FROM_ARRAYS(keys, values)",
                         "A map from an array of keys and one of values.",
                         "MAP_FROM_ARRAYS(ARRAY['a', 'b'], ARRAY[1, 2])", "[[\"a\",1],[\"b\",2]]",
                         resolveMapFromArrays));
  catalog.add(collection(
      "MAP_UNION", "MAP_UNION(map, ...)", "All entries; of equal keys the last one counts.",
      "MAP_UNION(MAP['a', 1], MAP['b', 3])", "[[\"a\",1],[\"b\",3]]", resolveMapUnion));
}

}  // namespace millrace
