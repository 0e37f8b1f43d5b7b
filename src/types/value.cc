#include "types/value.h"

#include "types/column_builder.h"
#include "types/gather.h"

namespace millrace {

namespace {

Value listValue(const Column& column, size_t position) {
  ListRange range = column.ranges()[position];
  Value::List list;
  list.reserve(range.length);
  for (uint32_t k = 0; k < range.length; ++k) {
    list.push_back(Value::of(*column.child(0), range.offset + k));
  }
  return Value(std::move(list));
}

Value pairsValue(const Column& column, size_t position) {
  ListRange range = column.ranges()[position];
  Value::Pairs pairs;
  pairs.reserve(range.length);
  for (uint32_t k = 0; k < range.length; ++k) {
    pairs.emplace_back(Value::of(*column.child(0), range.offset + k),
                       Value::of(*column.child(1), range.offset + k));
  }
  return Value(std::move(pairs));
}

Value rowValue(const Column& column, size_t position) {
  Value::List fields;
  fields.reserve(column.numChildren());
  for (size_t i = 0; i < column.numChildren(); ++i) {
    fields.push_back(Value::of(*column.child(i), position));
  }
  return Value(std::move(fields));
}

}  // namespace

int128 Value::wide() const {
  if (const auto* narrow = std::get_if<int64_t>(&data_)) return *narrow;
  return std::get<int128>(data_);
}

Value Value::of(const Column& column, size_t row) {
  if (column.isNull(row)) return Value();
  size_t i = column.position(row);
  switch (column.physical()) {
    case Physical::kBool:
      return Value(column.values<uint8_t>()[i] != 0);
    case Physical::kInt8:
      return Value(int64_t{column.values<int8_t>()[i]});
    case Physical::kInt16:
      return Value(int64_t{column.values<int16_t>()[i]});
    case Physical::kInt32:
      return Value(int64_t{column.values<int32_t>()[i]});
    case Physical::kInt64:
      return Value(column.values<int64_t>()[i]);
    case Physical::kInt128:
      return Value(column.values<int128>()[i]);
    case Physical::kFloat:
      return Value(double{column.values<float>()[i]});
    case Physical::kDouble:
      return Value(column.values<double>()[i]);
    case Physical::kNanoTimestamp:
      return Value(column.values<NanoTimestamp>()[i]);
    case Physical::kString:
      return Value(column.values<StringView>()[i].str());
    case Physical::kRow:
      return rowValue(column, i);
    case Physical::kArray:
      return listValue(column, i);
    case Physical::kMap:
      return pairsValue(column, i);
  }
  UNREACHABLE();
}

void Value::storeInto(Column& column, size_t row) const {
  if (isNull()) {
    column.setNull(row);
    return;
  }
  column.setValid(row);
  size_t i = column.position(row);
  switch (column.physical()) {
    case Physical::kBool:
      column.mutableValues<uint8_t>()[i] = boolean() ? 1 : 0;
      return;
    case Physical::kInt8:
      column.mutableValues<int8_t>()[i] = static_cast<int8_t>(integer());
      return;
    case Physical::kInt16:
      column.mutableValues<int16_t>()[i] = static_cast<int16_t>(integer());
      return;
    case Physical::kInt32:
      column.mutableValues<int32_t>()[i] = static_cast<int32_t>(integer());
      return;
    case Physical::kInt64:
      column.mutableValues<int64_t>()[i] = static_cast<int64_t>(wide());
      return;
    case Physical::kInt128:
      column.mutableValues<int128>()[i] = wide();
      return;
    case Physical::kFloat:
      column.mutableValues<float>()[i] = static_cast<float>(real());
      return;
    case Physical::kDouble:
      column.mutableValues<double>()[i] = real();
      return;
    case Physical::kNanoTimestamp:
      column.mutableValues<NanoTimestamp>()[i] = nanoTimestamp();
      return;
    case Physical::kString:
      column.setString(row, text());
      return;
    case Physical::kRow:
      for (size_t k = 0; k < column.numChildren(); ++k) {
        list()[k].storeInto(column.mutableChild(k), i);
      }
      return;
    case Physical::kArray:
    case Physical::kMap:
      UNREACHABLE("lists are stored by ColumnBuilder");
  }
}

ColumnPtr Value::toColumn(const Type& type, size_t size) const {
  ColumnBuilder builder(type);
  builder.appendValue(*this);
  MutableColumnPtr single = builder.finish();
  MutableColumnPtr constant = Column::makeConstant(type, size);
  if (isNull()) return Column::makeNull(type, size);
  if (type.numChildren() == 0) {
    storeInto(*constant, 0);
    return constant;
  }
  if (single->physical() != Physical::kRow) {
    constant->mutableRanges()[0] = single->ranges()[0];
  }
  for (size_t i = 0; i < single->numChildren(); ++i) constant->setChild(i, single->child(i));
  return constant;
}

}  // namespace millrace
