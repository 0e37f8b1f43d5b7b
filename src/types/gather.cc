#include "types/gather.h"

#include <algorithm>
#include <cstring>

#include "types/bitmap.h"

namespace millrace {

namespace {

using Indices = std::span<const uint32_t>;

bool anyMissing(Indices indices) {
  bool missing = false;
  for (uint32_t index : indices) missing |= index == kNoRow;
  return missing;
}

// Bytes per row of the values buffer, ranges of lists included.
size_t storedWidth(Physical physical) {
  if (physical == Physical::kArray || physical == Physical::kMap) return sizeof(ListRange);
  return physicalWidth(physical);
}

const char* rawValues(const Column& column) {
  return reinterpret_cast<const char*>(column.ranges());
}
char* rawValues(Column& column) { return reinterpret_cast<char*>(column.mutableRanges()); }

template <typename T>
void gatherValues(const T* source, Indices indices, bool missing, T* out) {
  if (!missing) {
    for (size_t i = 0; i < indices.size(); ++i) out[i] = source[indices[i]];
    return;
  }
  for (size_t i = 0; i < indices.size(); ++i) {
    if (indices[i] == kNoRow) {
      out[i] = T{};
    } else {
      out[i] = source[indices[i]];
    }
  }
}

template <typename T>
void gatherInto(const Column& source, Indices indices, bool missing, Column& out) {
  gatherValues(reinterpret_cast<const T*>(rawValues(source)), indices, missing,
               reinterpret_cast<T*>(rawValues(out)));
}

void gatherValidity(const Column& source, Indices indices, bool missing, Column& out) {
  if (!source.mayHaveNulls() && !missing) return;
  const uint64_t* from = source.validity();
  uint64_t* to = out.mutableValidity();
  for (size_t word = 0; word * 64 < indices.size(); ++word) {
    size_t begin = word * 64;
    size_t end = std::min(begin + 64, indices.size());
    uint64_t bits = 0;
    for (size_t i = begin; i < end; ++i) {
      uint32_t index = indices[i];
      bool valid = index != kNoRow && (from == nullptr || bitAt(from, index));
      bits |= uint64_t{valid} << (i - begin);
    }
    to[word] = bits;
  }
}

// Moves the bytes of the long strings in rows begin .. end - 1 into memory of the column itself.
void ownStrings(Column& column, size_t begin, size_t end) {
  StringView* views = column.mutableValues<StringView>();
  size_t bytes = 0;
  for (size_t i = begin; i < end; ++i) {
    if (column.isNull(i)) {
      views[i] = StringView();
    } else if (!views[i].isInline()) {
      bytes += views[i].size();
    }
  }
  if (bytes == 0) return;
  char* room = column.allocateString(bytes);
  for (size_t i = begin; i < end; ++i) {
    if (views[i].isInline()) continue;
    uint32_t size = views[i].size();
    std::memcpy(room, views[i].data(), size);
    views[i] = StringView(room, size);
    room += size;
  }
}

void gatherChildren(const Column& source, Indices indices, bool copyStrings, Column& out) {
  for (size_t i = 0; i < source.numChildren(); ++i) {
    out.setChild(i, gather(*source.child(i), indices, copyStrings));
  }
}

void gatherLists(const Column& source, Indices indices, bool copyStrings, Column& out) {
  const ListRange* from = source.ranges();
  ListRange* to = out.mutableRanges();
  std::vector<uint32_t> elements;
  for (size_t i = 0; i < indices.size(); ++i) {
    uint32_t index = indices[i];
    to[i] = {static_cast<uint32_t>(elements.size()), 0};
    if (index == kNoRow || source.isNull(index)) continue;
    ListRange range = from[index];
    to[i].length = range.length;
    for (uint32_t k = 0; k < range.length; ++k) elements.push_back(range.offset + k);
  }
  gatherChildren(source, elements, copyStrings, out);
}

// A constant column of another size with the same value.
ColumnPtr resizeConstant(const Column& source, size_t size, bool copyStrings) {
  MutableColumnPtr out = Column::makeConstant(source.type(), size);
  std::memcpy(rawValues(*out), rawValues(source), storedWidth(source.physical()));
  if (source.isNull(0)) out->setNull(0);
  if (source.physical() == Physical::kString && copyStrings) {
    ownStrings(*out, 0, 1);
    return out;
  }
  for (size_t i = 0; i < source.numChildren(); ++i) {
    ColumnPtr child = source.child(i);
    if (copyStrings) {
      std::vector<uint32_t> all(child->size());
      for (size_t k = 0; k < all.size(); ++k) all[k] = static_cast<uint32_t>(k);
      child = gather(*child, all, true);
    }
    out->setChild(i, child);
  }
  if (!copyStrings) out->retainAllOf(source);
  return out;
}

// The child of a ROW column with one row per row of the parent, also for constant parents.
ColumnPtr fieldOf(const Column& parent, size_t i) {
  const ColumnPtr& child = parent.child(i);
  if (!parent.isConstant() || child->size() == parent.size()) return child;
  std::vector<uint32_t> zeros(parent.size(), 0);
  return gather(*child, zeros);
}

// Copies the stored values and validity of `count` rows; strings and ranges keep what they name.
void copyRows(const Column& source, size_t begin, size_t count, Column& out, size_t at) {
  size_t width = storedWidth(source.physical());
  if (width > 0) {
    const char* from = rawValues(source);
    char* to = rawValues(out) + at * width;
    if (source.isConstant()) {
      for (size_t i = 0; i < count; ++i) std::memcpy(to + i * width, from, width);
    } else {
      std::memcpy(to, from + begin * width, count * width);
    }
  }
  if (!source.mayHaveNulls()) return;
  if (source.isConstant()) {
    if (source.isNull(0)) fillBits(out.mutableValidity(), at, count, false);
  } else {
    copyBits(source.validity(), begin, out.mutableValidity(), at, count);
  }
}

void concatChildren(std::span<const ColumnPtr> parts, Column& out) {
  bool isRow = out.physical() == Physical::kRow;
  for (size_t i = 0; i < out.numChildren(); ++i) {
    std::vector<ColumnPtr> children;
    for (const ColumnPtr& part : parts) {
      children.push_back(isRow ? fieldOf(*part, i) : part->child(i));
    }
    out.setChild(i, concat(children));
  }
}

void shiftRanges(Column& column, size_t begin, size_t count, uint32_t by) {
  ListRange* ranges = column.mutableRanges();
  for (size_t i = begin; i < begin + count; ++i) ranges[i].offset += by;
}

}  // namespace

ColumnPtr gather(const Column& source, std::span<const uint32_t> indices, bool copyStrings) {
  bool missing = anyMissing(indices);
  copyStrings = copyStrings || source.borrowed();
  if (source.isConstant()) {
    if (!missing) return resizeConstant(source, indices.size(), copyStrings);
    std::vector<uint32_t> positions(indices.begin(), indices.end());
    for (uint32_t& position : positions) position = position == kNoRow ? 1 : 0;
    ColumnPtr null = Column::makeNull(source.type(), 1);
    ColumnPtr value = resizeConstant(source, 1, copyStrings);
    ColumnPtr both[] = {value, null};
    return gather(*concat(both), positions, false);
  }
  MutableColumnPtr out = Column::make(source.type(), indices.size());
  gatherValidity(source, indices, missing, *out);
  switch (source.physical()) {
    case Physical::kRow:
      gatherChildren(source, indices, copyStrings, *out);
      return out;
    case Physical::kArray:
    case Physical::kMap:
      gatherLists(source, indices, copyStrings, *out);
      return out;
    case Physical::kString:
      gatherInto<StringView>(source, indices, missing, *out);
      if (copyStrings) {
        ownStrings(*out, 0, out->size());
      } else {
        out->retainAllOf(source);
      }
      return out;
    default:
      break;
  }
  switch (physicalWidth(source.physical())) {
    case 1:
      gatherInto<uint8_t>(source, indices, missing, *out);
      break;
    case 2:
      gatherInto<uint16_t>(source, indices, missing, *out);
      break;
    case 4:
      gatherInto<uint32_t>(source, indices, missing, *out);
      break;
    case 8:
      gatherInto<uint64_t>(source, indices, missing, *out);
      break;
    default:
      gatherInto<NanoTimestamp>(source, indices, missing, *out);
      break;
  }
  return out;
}

ColumnPtr concat(std::span<const ColumnPtr> parts) {
  CHECK(!parts.empty());
  if (parts.size() == 1) return parts[0];
  size_t total = 0;
  for (const ColumnPtr& part : parts) total += part->size();
  MutableColumnPtr out = Column::make(parts[0]->type(), total);
  bool isList = out->physical() == Physical::kArray || out->physical() == Physical::kMap;
  size_t at = 0;
  uint32_t elements = 0;
  for (const ColumnPtr& part : parts) {
    copyRows(*part, 0, part->size(), *out, at);
    if (isList) {
      shiftRanges(*out, at, part->size(), elements);
      elements += static_cast<uint32_t>(part->child(0)->size());
    } else if (out->physical() == Physical::kString && part->borrowed()) {
      ownStrings(*out, at, at + part->size());
    } else if (out->physical() == Physical::kString) {
      out->retainAllOf(*part);
    }
    at += part->size();
  }
  concatChildren(parts, *out);
  return out;
}

ColumnPtr slice(const Column& source, size_t begin, size_t count) {
  DCHECK(begin + count <= source.size());
  if (source.isConstant()) return resizeConstant(source, count, false);
  MutableColumnPtr out = Column::make(source.type(), count);
  copyRows(source, begin, count, *out, 0);
  out->retainAllOf(source);
  for (size_t i = 0; i < source.numChildren(); ++i) {
    const ColumnPtr& child = source.child(i);
    out->setChild(i, out->physical() == Physical::kRow ? slice(*child, begin, count) : child);
  }
  return out;
}

void copyValue(const Column& source, size_t row, Column& target, size_t position) {
  size_t from = source.position(row);
  if (source.isNull(row)) {
    target.setNull(position);
    // The fields of a NULL row are NULL as well, so that nobody reads what was never written.
    if (source.physical() == Physical::kRow) {
      for (size_t i = 0; i < target.numChildren(); ++i) {
        target.mutableChild(i).setNull(target.position(position));
      }
    }
    return;
  }
  target.setValid(position);
  size_t to = target.position(position);
  switch (source.physical()) {
    case Physical::kString:
      target.setString(position, source.values<StringView>()[from]);
      return;
    case Physical::kRow:
      for (size_t i = 0; i < source.numChildren(); ++i) {
        copyValue(*source.child(i), from, target.mutableChild(i), to);
      }
      return;
    case Physical::kArray:
    case Physical::kMap: {
      ListRange range = source.ranges()[from];
      target.mutableRanges()[to] = {static_cast<uint32_t>(target.child(0)->size()), range.length};
      for (size_t i = 0; i < source.numChildren(); ++i) {
        ColumnPtr both[] = {target.child(i), slice(*source.child(i), range.offset, range.length)};
        target.setChild(i, concat(both));
      }
      return;
    }
    default: {
      size_t width = physicalWidth(source.physical());
      std::memcpy(rawValues(target) + to * width, rawValues(source) + from * width, width);
    }
  }
}

}  // namespace millrace
