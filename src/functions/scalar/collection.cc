// Constructors of arrays, maps and rows, and access to their elements. The binder writes
//   ARRAY[a, b] as ARRAY(a, b); MAP[k, v] as MAP(k, v); ROW(a, b) as ROW(a, b); a[i] as ITEM(a, i)
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "functions/collection_kernels.h"
#include "functions/list_output.h"
#include "functions/value_compare.h"
#include "types/gather.h"
#include "types/least_restrictive.h"

namespace millrace {

namespace {

// --- Constructors ---

Status makeArray(const KernelCall& call, Column& out) {
  ListOutput lists(out);
  forEachRow(call.rows, [&](uint32_t row) {
    lists.begin(row);
    for (const ColumnPtr& arg : call.args) lists.child(0).append(*arg, row);
    lists.end();
  });
  lists.finish();
  return Status();
}

Result<ResolvedCall> resolveArray(Arguments args) {
  if (args.empty()) return argumentError("at least one element", args);
  std::vector<Type> types;
  for (const ArgumentInfo& arg : args) types.push_back(arg.type);
  Type element = TRY(leastRestrictive(types));
  return convertTo(args, element, Type::array(element).withNullable(false), makeArray);
}

// A later pair with an equal key replaces the earlier one.
Status makeMap(const KernelCall& call, Column& out) {
  ListOutput maps(out);
  forEachRow(call.rows, [&](uint32_t row) {
    maps.begin(row);
    for (size_t i = 0; i + 1 < call.args.size(); i += 2) {
      bool replaced = false;
      for (size_t k = i + 2; k + 1 < call.args.size() && !replaced; k += 2) {
        replaced = compareNullable(*call.args[i], row, *call.args[k], row) == 0;
      }
      if (replaced) continue;
      maps.child(0).append(*call.args[i], row);
      maps.child(1).append(*call.args[i + 1], row);
    }
    maps.end();
  });
  maps.finish();
  return Status();
}

Result<ResolvedCall> resolveMap(Arguments args) {
  if (args.empty() || args.size() % 2 != 0) return argumentError("keys and values", args);
  std::vector<Type> keys, values;
  for (size_t i = 0; i < args.size(); i += 2) {
    keys.push_back(args[i].type);
    values.push_back(args[i + 1].type);
  }
  Type key = TRY(leastRestrictive(keys)), value = TRY(leastRestrictive(values));
  ResolvedCall call = keepTypes(args, Type::map(key, value).withNullable(false), makeMap);
  for (size_t i = 0; i < args.size(); ++i) {
    const Type& wanted = i % 2 == 0 ? key : value;
    if (!args[i].type.sameAs(wanted)) {
      call.arguments[i] = wanted.withNullable(args[i].type.nullable());
    }
  }
  return call;
}

// Each field is a column of the batch: shared, not copied.
Status makeRow(const KernelCall& call, Column& out) {
  std::vector<uint32_t> positions(out.size(), 0);
  for (size_t i = 0; i < call.args.size(); ++i) {
    const ColumnPtr& arg = call.args[i];
    out.setChild(i, arg->isConstant() ? gather(*slice(*arg, 0, 1), positions) : arg);
  }
  return Status();
}

Result<ResolvedCall> resolveRow(Arguments args) {
  std::vector<std::string> names;
  std::vector<Type> fields;
  for (size_t i = 0; i < args.size(); ++i) {
    names.push_back(fmt::format("EXPR${}", i));
    fields.push_back(args[i].type);
  }
  return keepTypes(args, Type::row(names, fields).withNullable(false), makeRow);
}

// --- Access ---

Status arrayItem(const KernelCall& call, Column& out) {
  const Column& array = *call.args[0];
  IntegerArgument index(call, 1);
  std::vector<uint32_t> elements;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    bool isNull = array.isNull(row) || call.args[1]->isNull(row);
    int64_t at = isNull ? 1 : index[row];
    if (at < 1) {
      return Error(ErrorKind::kInvalidArgument,
                   fmt::format("an array index starts at 1 but was {}", at));
    }
    ListRange range = rangeOf(array, row);
    bool inside = !isNull && at <= int64_t{range.length};
    elements.push_back(inside ? range.offset + static_cast<uint32_t>(at - 1) : kNoRow);
  }
  takeElements(call, *array.child(0), elements, out);
  return Status();
}

// Position of the key in the child column, or kNoRow.
uint32_t findKey(const Column& map, uint32_t row, const Column& key) {
  ListRange range = rangeOf(map, row);
  for (uint32_t n = 0; n < range.length; ++n) {
    if (compareNullable(*map.child(0), range.offset + n, key, row) == 0) return range.offset + n;
  }
  return kNoRow;
}

Status mapItem(const KernelCall& call, Column& out) {
  const Column& map = *call.args[0];
  std::vector<uint32_t> elements;
  forEachRow(call.rows, [&](uint32_t row) {
    elements.push_back(map.isNull(row) ? kNoRow : findKey(map, row, *call.args[1]));
  });
  takeElements(call, *map.child(1), elements, out);
  return Status();
}

Result<ResolvedCall> resolveItem(Arguments args) {
  bool fits = args.size() == 2 &&
              (args[0].type.kind() == TypeKind::kArray || args[0].type.kind() == TypeKind::kMap);
  if (!fits) return argumentError("an array and an index, or a map and a key", args);
  const Type& type = args[0].type;
  if (type.kind() == TypeKind::kArray) {
    if (!args[1].type.isInteger()) return argumentError("an array and an integer", args);
    const Value* literal = args[1].literal;
    if (literal != nullptr && !literal->isNull() && literal->integer() < 1) {
      return Error(ErrorKind::kValidation,
                   fmt::format("an array index starts at 1 but was {}", literal->integer()));
    }
    return keepTypes(args, type.child(0).withNullable(true), arrayItem);
  }
  ResolvedCall call = keepTypes(args, type.child(1).withNullable(true), mapItem);
  TRY(commonType(type.child(0), args[1].type));
  if (!args[1].type.sameAs(type.child(0)) &&
      !(args[1].type.isCharacter() && type.child(0).isCharacter())) {
    call.arguments[1] = type.child(0).withNullable(args[1].type.nullable());
  }
  return call;
}

Status cardinality(const KernelCall& call, Column& out) {
  int32_t* to = out.mutableValues<int32_t>();
  forEachRow(call.rows, [&](uint32_t row) {
    to[row] = static_cast<int32_t>(rangeOf(*call.args[0], row).length);
  });
  return Status();
}

bool isList(const Type& type) {
  return type.kind() == TypeKind::kArray || type.kind() == TypeKind::kMap ||
         type.kind() == TypeKind::kMultiset;
}

Result<ResolvedCall> resolveCardinality(Arguments args) {
  if (args.size() != 1 || !isList(args[0].type)) return argumentError("an array or a map", args);
  return keepTypes(args, Type::integer().withNullable(false), cardinality);
}

Status onlyElement(const KernelCall& call, Column& out) {
  const Column& array = *call.args[0];
  std::vector<uint32_t> elements;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    ListRange range = rangeOf(array, call.rows[k]);
    bool isNull = array.isNull(call.rows[k]) || range.length == 0;
    if (!isNull && range.length > 1) {
      return Error(ErrorKind::kInvalidArgument, "array has more than one element");
    }
    elements.push_back(isNull ? kNoRow : range.offset);
  }
  takeElements(call, *array.child(0), elements, out);
  return Status();
}

Result<ResolvedCall> resolveElement(Arguments args) {
  if (!isArrayFirst(args, 1)) return argumentError("an array", args);
  return keepTypes(args, args[0].type.child(0).withNullable(true), onlyElement);
}

}  // namespace

void addCollectionFunctions(FunctionCatalog& catalog) {
  catalog.add(collection("ARRAY", "ARRAY[value, ...]", "An array of the values.", "ARRAY[1, 2]",
                         "[1,2]", resolveArray, NullRule::kHandles));
  catalog.add(collection("MAP", "MAP[key, value, ...]", "A map of keys and values.", "MAP['a', 1]",
                         "[[\"a\",1]]", resolveMap, NullRule::kHandles));
  catalog.add(collection("ROW", "ROW(value, ...)", "A row of the values.", "ROW(1, 'a')",
                         "{\"EXPR$0\":1,\"EXPR$1\":\"a\"}", resolveRow, NullRule::kHandles));
  catalog.add(collection("ITEM", "array[index] or map[key]",
                         "The element at the index (from 1), or the value of the key; NULL when "
                         "there is none.",
                         "ARRAY[3, 4][2]", "4", resolveItem, NullRule::kHandles));
  catalog.add(collection("CARDINALITY", "CARDINALITY(array)", "The number of elements.",
                         "CARDINALITY(ARRAY[1, 2, 3])", "3", resolveCardinality));
  catalog.add(collection("ELEMENT", "ELEMENT(array)",
                         "The only element; NULL when there is none, an error when there are more.",
                         "ELEMENT(ARRAY[7])", "7", resolveElement, NullRule::kHandles));
}

}  // namespace millrace
