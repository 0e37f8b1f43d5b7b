// Casts of ARRAY, MAP, MULTISET and ROW into the same kind with other children.
#include <algorithm>
#include <vector>

#include "types/cast_kernels.h"
#include "types/gather.h"

namespace millrace {

namespace {

// Children are cast in one go: the elements of all rows together.
struct NestedCast {
  std::vector<std::shared_ptr<const Cast>> children;  // shared because castOf copies its function
  bool isRow;

  Status operator()(const Column& in, Rows rows, const CastContext& context, bool tryCast,
                    Column& out) const;
  // The child's positions that the rows use, ascending.
  Selection positionsOf(const Column& in, Rows rows) const;
  // Whether TRY_CAST turned a child of the row into NULL.
  bool failed(const Column& in, const Column& out, uint32_t row) const;
};

Selection NestedCast::positionsOf(const Column& in, Rows rows) const {
  Selection positions;
  forEachRow(rows, [&](uint32_t row) {
    if (in.isNull(row)) return;
    if (isRow) {
      positions.push_back(row);
      return;
    }
    ListRange range = in.ranges()[row];
    for (uint32_t k = 0; k < range.length; ++k) positions.push_back(range.offset + k);
  });
  if (!std::is_sorted(positions.begin(), positions.end())) {
    std::sort(positions.begin(), positions.end());
  }
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

bool NestedCast::failed(const Column& in, const Column& out, uint32_t row) const {
  for (size_t i = 0; i < children.size(); ++i) {
    const Column& before = *in.child(i);
    const Column& after = *out.child(i);
    if (isRow) {
      if (after.isNull(row) && !before.isNull(row)) return true;
      continue;
    }
    ListRange range = in.ranges()[row];
    for (uint32_t k = range.offset; k < range.offset + range.length; ++k) {
      if (after.isNull(k) && !before.isNull(k)) return true;
    }
  }
  return false;
}

Status NestedCast::operator()(const Column& in, Rows rows, const CastContext& context, bool tryCast,
                              Column& out) const {
  if (in.isConstant()) {
    // One row stands for all: cast it once and spread the ranges.
    std::vector<uint32_t> first(rows.bound(), 0);
    MutableColumnPtr single = Column::make(in.type(), 0);
    ColumnPtr parts[] = {single, slice(in, 0, 1)};
    ColumnPtr flat = gather(*concat(parts), first);
    return (*this)(*flat, rows, context, tryCast, out);
  }
  Selection positions = positionsOf(in, rows);
  for (size_t i = 0; i < children.size(); ++i) {
    const Column& child = *in.child(i);
    MutableColumnPtr target = Column::make(out.type().child(i), isRow ? out.size() : child.size());
    TRY(children[i]->apply(child, Rows::of(positions), context, tryCast, *target));
    out.setChild(i, std::move(target));
  }
  if (!isRow) {
    forEachRow(rows, [&](uint32_t row) { out.mutableRanges()[row] = in.ranges()[row]; });
  }
  copyNulls(in, rows, out);
  if (!tryCast) return Status();
  forEachRow(rows, [&](uint32_t row) {
    if (!in.isNull(row) && failed(in, out, row)) out.setNull(row);
  });
  return Status();
}

}  // namespace

CastPtr makeNestedCast(const Type& from, const Type& to) {
  if (!from.isNested() || from.kind() != to.kind()) return nullptr;
  NestedCast cast;
  cast.isRow = from.kind() == TypeKind::kRow;
  for (size_t i = 0; i < from.numChildren(); ++i) {
    Result<CastPtr> child = makeCast(from.child(i), to.child(i));
    if (!child.ok()) return nullptr;
    cast.children.push_back(std::move(child).value());
  }
  return castOf(std::move(cast));
}

}  // namespace millrace
