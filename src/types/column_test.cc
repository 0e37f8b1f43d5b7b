// Tests of gathering, joining and building columns and of their printed forms.
#include <gtest/gtest.h>

#include "types/batch.h"
#include "types/column_builder.h"
#include "types/gather.h"
#include "types/print.h"
#include "types/value.h"

namespace millrace {
namespace {

const char* const kLong = "a string that is far too long to be inline";

ColumnPtr columnOf(const Type& type, const std::vector<Value>& values) {
  ColumnBuilder builder(type);
  for (const Value& value : values) builder.appendValue(value);
  return builder.finish();
}

std::vector<Value> valuesOf(const Column& column) {
  std::vector<Value> values;
  for (size_t i = 0; i < column.size(); ++i) values.push_back(Value::of(column, i));
  return values;
}

struct TypedValues {
  Type type;
  std::vector<Value> values;
};

std::vector<TypedValues> everyLayout() {
  Type list = Type::array(Type::string());
  return {
      {Type::boolean(), {true, Value(), false}},
      {Type::tinyint(), {1, Value(), -3}},
      {Type::smallint(), {1, 2, 3}},
      {Type::integer(), {Value(), 2, 3}},
      {Type::decimal(38, 0), {int128{1} << 99, Value(), int128{-1}}},
      {Type::floating(), {1.5, Value(), -2.0}},
      {Type::timestamp(9), {NanoTimestamp{1, 2, 0}, Value(), NanoTimestamp{3, 4, 0}}},
      {Type::string(), {kLong, "x", Value()}},
      {list, {Value::List{kLong, Value()}, Value(), Value::List{}}},
      {Type::map(Type::string(), Type::bigint()),
       {Value::Pairs{{"a", 1}}, Value::Pairs{}, Value()}},
      {Type::row({"a", "b"}, {Type::integer(), list}),
       {Value::List{1, Value::List{"x"}}, Value(), Value::List{Value(), Value()}}},
  };
}

TEST(GatherTest, EveryLayout) {
  for (const auto& [type, values] : everyLayout()) {
    SCOPED_TRACE(type.toString());
    ColumnPtr column = columnOf(type, values);
    std::vector<uint32_t> indices = {2, kNoRow, 0, 0, 1};
    for (bool copy : {false, true}) {
      std::vector<Value> expected = {values[2], Value(), values[0], values[0], values[1]};
      EXPECT_EQ(expected, valuesOf(*gather(*column, indices, copy)));
    }
    ColumnPtr constant = values[0].toColumn(type, 100);
    EXPECT_EQ(values[0], Value::of(*constant, 99));
    ColumnPtr parts[] = {column, constant, slice(*column, 1, 2)};
    ColumnPtr joined = concat(parts);
    ASSERT_EQ(105u, joined->size());
    EXPECT_EQ(values[2], Value::of(*joined, 2));
    EXPECT_EQ(values[0], Value::of(*joined, 50));
    EXPECT_EQ(values[1], Value::of(*joined, 103));
    EXPECT_EQ((std::vector<Value>{values[0], Value()}),
              valuesOf(*gather(*constant, std::vector<uint32_t>{5, kNoRow})));
    MutableColumnPtr target = Column::make(type, 3);
    for (size_t i = 0; i < 3; ++i) copyValue(*column, i, *target, i);
    EXPECT_EQ(values, valuesOf(*target));
  }
}

TEST(ColumnBuilderTest, TruncateTakesBackRows) {
  for (const auto& [type, values] : everyLayout()) {
    ColumnBuilder builder(type);
    for (int round = 0; round < 100; ++round) {
      for (const Value& value : values) builder.appendValue(value);
    }
    builder.truncate(1);
    builder.appendValue(values[2]);
    EXPECT_EQ((std::vector<Value>{values[0], values[2]}), valuesOf(*builder.finish()))
        << type.toString();
    EXPECT_EQ(0u, builder.size());
  }
}

TEST(BatchTest, MaterializeMovesMarks) {
  Batch batch({columnOf(Type::integer(), {0, 1, 2, 3, 4})}, 5);
  RowKind* kinds = batch.allocateKinds();
  for (int i = 0; i < 5; ++i) kinds[i] = i == 3 ? RowKind::kDelete : RowKind::kInsert;
  batch.mutableMarks() = {{0, 10}, {2, 20}, {5, 30}};
  batch.setSelection(std::make_shared<Selection>(Selection{1, 3}));
  batch.materialize();
  EXPECT_EQ((std::vector<Value>{1, 3}), valuesOf(*batch.column(0)));
  EXPECT_EQ(RowKind::kDelete, batch.kind(1));
  EXPECT_EQ(0u, batch.marks()[0].position);
  EXPECT_EQ(1u, batch.marks()[1].position);
  EXPECT_EQ(2u, batch.marks()[2].position);
  Batch both[] = {batch, batch};
  Batch joined = concatBatches(both);
  EXPECT_EQ((std::vector<Value>{1, 3, 1, 3}), valuesOf(*joined.column(0)));
  EXPECT_EQ(3u, joined.marks()[4].position);
}

TEST(PrintTest, Forms) {
  auto printed = [](const Value& value, const Type& type, PrintForm form,
                    RealForm reals = RealForm::kPlain) {
    PrintOptions options;
    options.form = form;
    options.reals = reals;
    return printValue(value, type, options);
  };
  Type text = Type::string();
  EXPECT_EQ("\"a\\\"b\\n\\u0001\"", printed("a\"b\n\x01", text, PrintForm::kJson));
  EXPECT_EQ("a\\|b\\n", printed("a|b\n", text, PrintForm::kBare));
  EXPECT_EQ("\\N", printed(Value(), text, PrintForm::kBare));
  EXPECT_EQ("<NULL>", printed(Value(), text, PrintForm::kTableau));
  EXPECT_EQ("x'6162'", printed("ab", Type::bytes(), PrintForm::kTableau));
  EXPECT_EQ("\"6162\"", printed("ab", Type::bytes(), PrintForm::kJson));
  EXPECT_EQ("TRUE", printed(true, Type::boolean(), PrintForm::kTableau));
  EXPECT_EQ("1.50", printed(150, Type::decimal(5, 2), PrintForm::kJson));
  EXPECT_EQ("1.5e+00", printed(1.5, Type::doubling(), PrintForm::kJson, RealForm::kScientific));
  EXPECT_EQ("1e+20", printed(1e20, Type::doubling(), PrintForm::kJson));
  EXPECT_EQ("\"1970-01-01 00:00:00.001Z\"",
            printed(int64_t{1000}, Type::timestampLtz(3), PrintForm::kJson));
  EXPECT_EQ("00:00:00.1", printed(100, Type::time(1), PrintForm::kBare));
  Type map = Type::map(text, Type::integer());
  EXPECT_EQ("[[\"a\",1],[\"b|\",null]]",
            printed(Value::Pairs{{"b|", Value()}, {"a", 1}}, map, PrintForm::kJson));
  EXPECT_EQ("[[\"b\\|\",null]]", printed(Value::Pairs{{"b|", Value()}}, map, PrintForm::kBare));
  Type row = Type::row({"x", "y"}, {Type::integer(), Type::array(text)});
  Value value = Value::List{1, Value::List{"a", Value()}};
  EXPECT_EQ("{\"x\":1,\"y\":[\"a\",null]}", printed(value, row, PrintForm::kJson));
  EXPECT_EQ("(1, [a, NULL])", printed(value, row, PrintForm::kTableau));
}

}  // namespace
}  // namespace millrace
