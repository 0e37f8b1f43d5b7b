// The ARRAY_ functions.
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

// --- Looking for elements ---

// Index (from 0) of the first element that equals the value, or the length.
uint32_t indexOf(const Column& array, uint32_t row, const Column& value) {
  ListRange range = rangeOf(array, row);
  uint32_t n = 0;
  while (n < range.length && compareNullable(*array.child(0), range.offset + n, value, row) != 0) {
    ++n;
  }
  return n;
}

Status arrayContains(const KernelCall& call, Column& out) {
  uint8_t* to = out.mutableValues<uint8_t>();
  const Column& array = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) {
    if (array.isNull(row)) return out.setNull(row);
    to[row] = indexOf(array, row, *call.args[1]) < rangeOf(array, row).length ? 1 : 0;
  });
  return Status();
}

Status arrayPosition(const KernelCall& call, Column& out) {
  int32_t* to = out.mutableValues<int32_t>();
  const Column& array = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) {
    uint32_t index = indexOf(array, row, *call.args[1]);
    to[row] = index < rangeOf(array, row).length ? static_cast<int32_t>(index) + 1 : 0;
  });
  return Status();
}

// An array and an element: both get the common element type.
Result<ResolvedCall> arrayAndElement(Arguments args, Type result, Kernel kernel) {
  if (!isArrayFirst(args, 2)) return argumentError("an array and an element", args);
  Type element = TRY(commonType(args[0].type.child(0), args[1].type));
  ResolvedCall call = keepTypes(args, std::move(result), kernel);
  if (!element.sameAs(args[0].type.child(0))) {
    Type held = element.withNullable(args[0].type.child(0).nullable());
    call.arguments[0] = Type::array(held).withNullable(args[0].type.nullable());
  }
  if (!element.sameAs(args[1].type)) {
    call.arguments[1] = element.withNullable(args[1].type.nullable());
  }
  return call;
}

Result<ResolvedCall> resolveContains(Arguments args) {
  bool nullable = !args.empty() && args[0].type.nullable();
  return arrayAndElement(args, Type::boolean().withNullable(nullable), arrayContains);
}
Result<ResolvedCall> resolvePosition(Arguments args) {
  return arrayAndElement(args, Type::integer().withNullable(false), arrayPosition);
}

// --- New arrays from old ones ---

Status arrayAppend(const KernelCall& call, Column& out, bool front) {
  ListOutput lists(out);
  const Column& array = *call.args[0];
  forEachRow(call.rows, [&](uint32_t row) {
    lists.begin(row);
    if (array.isNull(row)) {
      out.setNull(row);
    } else {
      ListRange range = rangeOf(array, row);
      if (front) lists.child(0).append(*call.args[1], row);
      for (uint32_t n = 0; n < range.length; ++n) {
        lists.child(0).append(*array.child(0), range.offset + n);
      }
      if (!front) lists.child(0).append(*call.args[1], row);
    }
    lists.end();
  });
  lists.finish();
  return Status();
}

template <bool kFront>
Status arrayAdd(const KernelCall& call, Column& out) {
  return arrayAppend(call, out, kFront);
}

template <bool kFront>
Result<ResolvedCall> resolveArrayAdd(Arguments args) {
  if (!isArrayFirst(args, 2)) return argumentError("an array and an element", args);
  Type element = TRY(commonType(args[0].type.child(0), args[1].type));
  ResolvedCall call = TRY(arrayAndElement(args, Type(), arrayAdd<kFront>));
  call.arguments[0] = Type::array(element).withNullable(args[0].type.nullable());
  call.arguments[1] = element;
  call.result = call.arguments[0];
  return call;
}

// Appends the elements chosen by keep(n) in the order of `order`, or as they stand.
template <typename Choose>
Status rebuildArrays(const KernelCall& call, Column& out, Choose choose) {
  ListOutput lists(out);
  const Column& array = *call.args[0];
  std::vector<uint32_t> chosen;
  for (uint32_t k = 0; k < call.rows.count(); ++k) {
    uint32_t row = call.rows[k];
    chosen.clear();
    choose(row, rangeOf(array, row), chosen);
    lists.begin(row);
    for (uint32_t element : chosen) lists.child(0).append(*array.child(0), element);
    lists.end();
  }
  lists.finish();
  return Status();
}

Status arrayDistinct(const KernelCall& call, Column& out) {
  const Column& elements = *call.args[0]->child(0);
  auto hashOf = [&](uint32_t n) { return hashRow(elements, n); };
  auto equals = [&](uint32_t a, uint32_t b) {
    return compareNullable(elements, a, elements, b) == 0;
  };
  return rebuildArrays(call, out, [&](uint32_t, ListRange range, std::vector<uint32_t>& chosen) {
    PlaceIndex index;
    for (uint32_t n = range.offset; n < range.offset + range.length; ++n) {
      if (index.find(chosen, n, hashOf, equals) == chosen.size()) chosen.push_back(n);
    }
  });
}

Status arrayReverse(const KernelCall& call, Column& out) {
  return rebuildArrays(call, out, [&](uint32_t, ListRange range, std::vector<uint32_t>& chosen) {
    for (uint32_t n = range.length; n > 0; --n) chosen.push_back(range.offset + n - 1);
  });
}

Status arrayRemove(const KernelCall& call, Column& out) {
  const Column& elements = *call.args[0]->child(0);
  return rebuildArrays(call, out,
                       [&](uint32_t row, ListRange range, std::vector<uint32_t>& chosen) {
                         if (call.args[0]->isNull(row)) return out.setNull(row);
                         for (uint32_t n = range.offset; n < range.offset + range.length; ++n) {
                           if (compareNullable(elements, n, *call.args[1], row) != 0)
                             chosen.push_back(n);
                         }
                       });
}

// Positions count from 1, or from the end when negative; both ends are part of the slice.
Status arraySlice(const KernelCall& call, Column& out) {
  return rebuildArrays(
      call, out, [&](uint32_t row, ListRange range, std::vector<uint32_t>& chosen) {
        int64_t length = range.length;
        int64_t first = IntegerArgument(call, 1)[row];
        int64_t last = call.args.size() > 2 ? IntegerArgument(call, 2)[row] : length;
        if (first < 0) first += length + 1;
        if (last < 0) last += length + 1;
        first = std::max<int64_t>(first, 1);
        last = std::min(last, length);
        for (int64_t n = first; n <= last; ++n) {
          chosen.push_back(range.offset + static_cast<uint32_t>(n - 1));
        }
      });
}

Status arraySort(const KernelCall& call, Column& out) {
  const Column& elements = *call.args[0]->child(0);
  return rebuildArrays(
      call, out, [&](uint32_t row, ListRange range, std::vector<uint32_t>& chosen) {
        bool ascending = call.args.size() < 2 || ColumnValues<uint8_t>(*call.args[1])[row] != 0;
        bool nullsFirst =
            call.args.size() < 3 ? ascending : ColumnValues<uint8_t>(*call.args[2])[row] != 0;
        for (uint32_t n = 0; n < range.length; ++n) chosen.push_back(range.offset + n);
        std::stable_sort(chosen.begin(), chosen.end(), [&](uint32_t a, uint32_t b) {
          bool nullA = elements.isNull(a), nullB = elements.isNull(b);
          if (nullA || nullB) return nullA != nullB && nullA == nullsFirst;
          int order = compareRows(elements, a, elements, b);
          return ascending ? order < 0 : order > 0;
        });
      });
}

template <Kernel kernel>
Result<ResolvedCall> resolveSameArray(Arguments args) {
  if (!isArrayFirst(args, 1)) return argumentError("an array", args);
  return keepTypes(args, args[0].type.withNullable(false), kernel);
}

Result<ResolvedCall> resolveRemove(Arguments args) {
  if (!isArrayFirst(args, 2)) return argumentError("an array and an element", args);
  ResolvedCall call = TRY(arrayAndElement(args, Type(), arrayRemove));
  call.result = call.arguments[0];
  return call;
}

Result<ResolvedCall> resolveSlice(Arguments args) {
  bool fits = (isArrayFirst(args, 2) || isArrayFirst(args, 3)) && args[1].type.isInteger() &&
              args.back().type.isInteger();
  if (!fits) return argumentError("an array and one or two integers", args);
  return keepTypes(args, args[0].type.withNullable(false), arraySlice);
}

Result<ResolvedCall> resolveSort(Arguments args) {
  bool fits = !args.empty() && args.size() <= 3 && args[0].type.kind() == TypeKind::kArray;
  for (const ArgumentInfo& arg : args.subspan(fits ? 1 : args.size())) {
    fits = fits && arg.type.kind() == TypeKind::kBoolean;
  }
  if (!fits) return argumentError("an array and up to two booleans", args);
  return keepTypes(args, args[0].type.withNullable(false), arraySort);
}

// --- Two arrays ---

enum class SetOperation { kUnion, kExcept, kIntersect, kConcat };

// Element numbers of all arguments, those of the first one first.
struct ElementOf {
  const Column* elements;
  uint32_t index;
};

uint64_t hashOf(const ElementOf& element) { return hashRow(*element.elements, element.index); }

bool sameElement(const ElementOf& a, const ElementOf& b) {
  return compareNullable(*a.elements, a.index, *b.elements, b.index) == 0;
}

bool among(const std::vector<ElementOf>& set, PlaceIndex& index, const ElementOf& wanted) {
  return index.find(set, wanted, hashOf, sameElement) < set.size();
}

template <SetOperation kOperation>
Status combineArrays(const KernelCall& call, Column& out) {
  ListOutput lists(out);
  std::vector<ElementOf> first, others, result;
  forEachRow(call.rows, [&](uint32_t row) {
    first.clear();
    others.clear();
    result.clear();
    for (size_t i = 0; i < call.args.size(); ++i) {
      ListRange range = rangeOf(*call.args[i], row);
      for (uint32_t n = 0; n < range.length; ++n) {
        (i == 0 ? first : others).push_back({call.args[i]->child(0).get(), range.offset + n});
      }
    }
    if (kOperation == SetOperation::kUnion || kOperation == SetOperation::kConcat) {
      first.insert(first.end(), others.begin(), others.end());
    }
    PlaceIndex ofOthers, ofResult;
    for (const ElementOf& element : first) {
      bool wanted = true;
      if (kOperation == SetOperation::kExcept) wanted = !among(others, ofOthers, element);
      if (kOperation == SetOperation::kIntersect) wanted = among(others, ofOthers, element);
      if (kOperation != SetOperation::kConcat) wanted = wanted && !among(result, ofResult, element);
      if (wanted) result.push_back(element);
    }
    lists.begin(row);
    for (const ElementOf& element : result) {
      lists.child(0).append(*element.elements, element.index);
    }
    lists.end();
  });
  lists.finish();
  return Status();
}

template <SetOperation kOperation>
Result<ResolvedCall> resolveCombine(Arguments args) {
  bool countFits = kOperation == SetOperation::kConcat ? !args.empty() : args.size() == 2;
  bool arrays = std::all_of(args.begin(), args.end(), [](const ArgumentInfo& arg) {
    return arg.type.kind() == TypeKind::kArray;
  });
  if (!countFits || !arrays) return argumentError("arrays", args);
  Type type = TRY(commonType(args));
  ResolvedCall call = keepTypes(args, type.withNullable(false), combineArrays<kOperation>);
  for (size_t i = 0; i < args.size(); ++i) {
    call.arguments[i] = type.withNullable(args[i].type.nullable());
  }
  return call;
}

// --- Folding arrays ---

template <int kSign>
Status arrayExtreme(const KernelCall& call, Column& out) {
  const Column& array = *call.args[0];
  const Column& elements = *array.child(0);
  std::vector<uint32_t> best;
  forEachRow(call.rows, [&](uint32_t row) {
    ListRange range = rangeOf(array, row);
    uint32_t found = kNoRow;
    for (uint32_t n = range.offset; n < range.offset + range.length && !array.isNull(row); ++n) {
      if (elements.isNull(n)) continue;
      if (found == kNoRow || compareRows(elements, n, elements, found) * kSign > 0) found = n;
    }
    best.push_back(found);
  });
  takeElements(call, elements, best, out);
  return Status();
}

template <int kSign>
Result<ResolvedCall> resolveArrayExtreme(Arguments args) {
  if (!isArrayFirst(args, 1)) return argumentError("an array", args);
  return keepTypes(args, args[0].type.child(0).withNullable(true), arrayExtreme<kSign>);
}

Status arrayJoin(const KernelCall& call, Column& out) {
  const Column& array = *call.args[0];
  TextArgument separator(call, 1), replacement(call, call.args.size() - 1);
  bool replaces = call.args.size() > 2;
  ColumnValues<StringView> elements(*array.child(0));
  std::string joined;
  forEachRow(call.rows, [&](uint32_t row) {
    ListRange range = rangeOf(array, row);
    joined.clear();
    bool first = true;
    for (uint32_t n = range.offset; n < range.offset + range.length; ++n) {
      bool isNull = array.child(0)->isNull(n);
      if (isNull && !replaces) continue;
      if (!first) joined += separator[row];
      joined += isNull ? replacement[row] : elements[n].view();
      first = false;
    }
    out.setString(row, joined);
  });
  return Status();
}

Result<ResolvedCall> resolveJoin(Arguments args) {
  bool fits = (isArrayFirst(args, 2) || isArrayFirst(args, 3)) &&
              args[0].type.child(0).isCharacter() && args[1].type.isCharacter() &&
              args.back().type.isCharacter();
  if (!fits) return argumentError("an array of texts and one or two texts", args);
  return keepTypes(args, Type::string().withNullable(false), arrayJoin);
}

}  // namespace

void addArrayFunctions(FunctionCatalog& catalog) {
  catalog.add(collection("ARRAY_CONTAINS", "ARRAY_CONTAINS(array, value)",
                         "TRUE when the value (also NULL) is an element.",
                         "ARRAY_CONTAINS(ARRAY[1, 2], 2)", "true", resolveContains,
                         NullRule::kHandles));
  catalog.add(collection("ARRAY_POSITION", "ARRAY_POSITION(array, value)",
                         "The position of the value (from 1), 0 when it is no element.",
                         "ARRAY_POSITION(ARRAY[3, 4, 3], 4)", "2", resolvePosition));
  catalog.add(collection("ARRAY_APPEND", "ARRAY_APPEND(array, value)",
                         "The array with the value behind it.", "ARRAY_APPEND(ARRAY[1], 2)",
                         "[1,2]", resolveArrayAdd<false>, NullRule::kHandles));
  catalog.add(collection("ARRAY_PREPEND", "ARRAY_PREPEND(array, value)",
                         "The array with the value in front.", "ARRAY_PREPEND(ARRAY[1], 0)",
                         "[0,1]", resolveArrayAdd<true>, NullRule::kHandles));
  catalog.add(collection("ARRAY_CONCAT", "ARRAY_CONCAT(array, ...)",
                         "The arrays one behind the other.",
                         "ARRAY_CONCAT(ARRAY[1, 2], ARRAY[2, 3])", "[1,2,2,3]",
                         resolveCombine<SetOperation::kConcat>));
  catalog.add(collection("ARRAY_UNION", "ARRAY_UNION(array1, array2)",
                         "The elements of both arrays without duplicates.",
                         "ARRAY_UNION(ARRAY[1, 2], ARRAY[2, 3])", "[1,2,3]",
                         resolveCombine<SetOperation::kUnion>));
  catalog.add(collection("ARRAY_EXCEPT", "ARRAY_EXCEPT(array1, array2)",
                         "The elements of the first array that the second lacks.",
                         "ARRAY_EXCEPT(ARRAY[1, 2, 2], ARRAY[1])", "[2]",
                         resolveCombine<SetOperation::kExcept>));
  catalog.add(collection("ARRAY_INTERSECT", "ARRAY_INTERSECT(array1, array2)",
                         "The elements that both arrays have.",
                         "ARRAY_INTERSECT(ARRAY[1, 2, 2], ARRAY[2, 5])", "[2]",
                         resolveCombine<SetOperation::kIntersect>));
  catalog.add(collection("ARRAY_DISTINCT", "ARRAY_DISTINCT(array)",
                         "The elements without duplicates.", "ARRAY_DISTINCT(ARRAY[1, 2, 1])",
                         "[1,2]", resolveSameArray<arrayDistinct>));
  catalog.add(collection("ARRAY_REMOVE", "ARRAY_REMOVE(array, value)",
                         "The array without the elements that equal the value.",
                         "ARRAY_REMOVE(ARRAY[3, 4, 3], 3)", "[4]", resolveRemove,
                         NullRule::kHandles));
  catalog.add(collection("ARRAY_REVERSE", "ARRAY_REVERSE(array)", "The elements in opposite order.",
                         "ARRAY_REVERSE(ARRAY[1, 2, 3])", "[3,2,1]",
                         resolveSameArray<arrayReverse>));
  catalog.add(collection("ARRAY_SLICE", "ARRAY_SLICE(array, first [, last])",
                         "The elements from one position to another, both included; negative "
                         "positions count from the end.",
                         "ARRAY_SLICE(ARRAY[1, 2, 3, 4], 2, 3)", "[2,3]", resolveSlice));
  catalog.add(collection("ARRAY_SORT", "ARRAY_SORT(array [, ascending [, nullsFirst]])",
                         "The elements in order; NULLs are the smallest.",
                         "ARRAY_SORT(ARRAY[3, 1, 2])", "[1,2,3]", resolveSort));
  catalog.add(collection("ARRAY_MAX", "ARRAY_MAX(array)", "The largest element.",
                         "ARRAY_MAX(ARRAY[1, 5, 2])", "5", resolveArrayExtreme<1>,
                         NullRule::kHandles));
  catalog.add(collection("ARRAY_MIN", "ARRAY_MIN(array)", "The smallest element.",
                         "ARRAY_MIN(ARRAY[3, 1, 2])", "1", resolveArrayExtreme<-1>,
                         NullRule::kHandles));
  catalog.add(collection("ARRAY_JOIN", "ARRAY_JOIN(array, separator [, nullReplacement])",
                         "The texts of the array with the separator between them.",
                         "ARRAY_JOIN(ARRAY['a', 'b'], '+')", "a+b", resolveJoin));
}

}  // namespace millrace
