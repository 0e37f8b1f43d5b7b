// Loops that kernels share. The operation is a capture-less lambda or a function object; rows that
// are not asked for are not touched.
#pragma once

#include <bit>
#include <cstring>
#include <string_view>

#include "expr/function.h"

namespace millrace {

// out[row] = operation(a[row]).
template <typename A, typename Out, typename Operation>
inline void mapUnary(const KernelCall& call, Column& out, Operation operation) {
  ColumnValues<A> a(*call.args[0]);
  Out* to = out.mutableValues<Out>();
  if (call.rows.isDense() && !call.args[0]->isConstant()) {
    const A* from = call.args[0]->values<A>();
    for (uint32_t i = call.rows.begin; i < call.rows.end; ++i) to[i] = operation(from[i]);
    return;
  }
  forEachRow(call.rows, [&](uint32_t row) { to[row] = operation(a[row]); });
}

// out[row] = operation(a[row], b[row]), with loops of their own for constants.
template <typename A, typename B, typename Out, typename Operation>
inline void mapBinary(const KernelCall& call, Column& out, Operation operation) {
  const Column& left = *call.args[0];
  const Column& right = *call.args[1];
  Out* to = out.mutableValues<Out>();
  const A* a = left.values<A>();
  const B* b = right.values<B>();
  if (!call.rows.isDense() || (left.isConstant() && right.isConstant())) {
    ColumnValues<A> leftValues(left);
    ColumnValues<B> rightValues(right);
    forEachRow(call.rows,
               [&](uint32_t row) { to[row] = operation(leftValues[row], rightValues[row]); });
    return;
  }
  uint32_t begin = call.rows.begin, end = call.rows.end;
  if (right.isConstant()) {
    B value = b[0];
    for (uint32_t i = begin; i < end; ++i) to[i] = operation(a[i], value);
  } else if (left.isConstant()) {
    A value = a[0];
    for (uint32_t i = begin; i < end; ++i) to[i] = operation(value, b[i]);
  } else {
    for (uint32_t i = begin; i < end; ++i) to[i] = operation(a[i], b[i]);
  }
}

// The text arguments of a call.
class TextArgument {
 public:
  TextArgument(const KernelCall& call, size_t index) : values_(*call.args[index]) {}
  std::string_view operator[](size_t row) const { return values_[row].view(); }
  // The bytes of a short string live in the column itself, so a view of them is as good.
  const StringView& raw(size_t row) const { return values_[row]; }

 private:
  ColumnValues<StringView> values_;
};

// Integers of any width as int64_t, for arguments that are rarely columns.
class IntegerArgument {
 public:
  IntegerArgument(const KernelCall& call, size_t index) : column_(*call.args[index]) {}
  int64_t operator[](size_t row) const {
    size_t i = column_.position(row);
    switch (column_.physical()) {
      case Physical::kInt8:
        return column_.values<int8_t>()[i];
      case Physical::kInt16:
        return column_.values<int16_t>()[i];
      case Physical::kInt32:
        return column_.values<int32_t>()[i];
      default:
        return column_.values<int64_t>()[i];
    }
  }

 private:
  const Column& column_;
};

// A short text from its twelve bytes; those behind its end are zero.
inline StringView inlineView(uint32_t size, uint64_t low, uint32_t high) {
  struct {
    uint32_t size;
    char bytes[12];
  } parts{size, {}};
  std::memcpy(parts.bytes, &low, 8);
  std::memcpy(parts.bytes + 8, &high, 4);
  return std::bit_cast<StringView>(parts);
}

// The same as StringView(data, size), without a call to copy short texts.
inline StringView viewOf(const char* data, size_t size) {
  if (size > StringView::kInlineBytes) return StringView(data, static_cast<uint32_t>(size));
  // Loads of 8, 4 or 1 bytes that overlap instead of reading behind the end.
  uint64_t low = 0;
  uint32_t high = 0;
  if (size >= 8) {
    std::memcpy(&low, data, 8);
    uint64_t tail;
    std::memcpy(&tail, data + size - 8, 8);
    high = size == 8 ? 0 : static_cast<uint32_t>(tail >> (8 * (16 - size)));
  } else if (size >= 4) {
    uint32_t head, tail;
    std::memcpy(&head, data, 4);
    std::memcpy(&tail, data + size - 4, 4);
    low = head | uint64_t{tail} << (8 * (size - 4));
  } else if (size > 0) {
    auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<uint8_t>(data[i])); };
    low = byte(0) | byte(size / 2) << (8 * (size / 2)) | byte(size - 1) << (8 * (size - 1));
  }
  return inlineView(static_cast<uint32_t>(size), low, high);
}

// Writes a piece of an argument's text without copying it. Requires: out.retainAllOf(that column).
inline void shareText(Column& out, uint32_t row, std::string_view piece) {
  out.mutableValues<StringView>()[row] = viewOf(piece.data(), piece.size());
}

}  // namespace millrace
