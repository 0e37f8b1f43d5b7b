// Tests of the row format, grouping keys and sort keys.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "types/column_builder.h"
#include "types/key_codec.h"
#include "types/row_codec.h"
#include "types/sort_key.h"
#include "types/value.h"

namespace millrace {
namespace {

ColumnPtr columnOf(const Type& type, const std::vector<Value>& values) {
  ColumnBuilder builder(type);
  for (const Value& value : values) builder.appendValue(value);
  return builder.finish();
}

const char* const kLong = "a string that is far too long to be inline";

struct Sample {
  std::vector<Type> types;
  std::vector<ColumnPtr> columns;
};

Sample sample() {
  Type list = Type::array(Type::string());
  Type row = Type::row({"a", "b"}, {Type::integer(), list});
  Type map = Type::map(Type::string(), Type::decimal(30, 2));
  Sample out;
  auto add = [&](const Type& type, const std::vector<Value>& values) {
    out.types.push_back(type);
    out.columns.push_back(columnOf(type, values));
  };
  add(Type::boolean(), {true, Value(), false});
  add(Type::bigint(), {int64_t{-7}, int64_t{1} << 60, Value()});
  add(Type::string(), {kLong, "short", Value()});
  add(Type::timestamp(9), {NanoTimestamp{5, 6, 0}, Value(), NanoTimestamp{-5, 6, 0}});
  add(list, {Value::List{kLong, Value(), "x"}, Value(), Value::List{}});
  add(row, {Value::List{1, Value::List{kLong}}, Value::List{Value(), Value()}, Value()});
  add(map, {Value::Pairs{{"k", int128{12}}, {kLong, Value()}}, Value(), Value::Pairs{}});
  add(Type::decimal(38, 0), {int128{1} << 100, Value(), int128{-1}});
  return out;
}

struct Encoded {
  std::vector<uint32_t> sizes;
  std::vector<std::string> rows;
};

Encoded encodeRows(const RowLayout& layout, const std::vector<ColumnPtr>& columns, Rows rows) {
  Encoded out;
  out.sizes.resize(rows.count());
  layout.measure(columns, rows, out.sizes.data());
  std::vector<char*> targets;
  // Memory full of ones shows bytes that are never written.
  for (uint32_t size : out.sizes) out.rows.emplace_back(size, '\xFF');
  for (std::string& row : out.rows) targets.push_back(row.data());
  layout.encode(columns, rows, targets.data());
  return out;
}

TEST(RowCodecTest, RoundTripsEveryLayout) {
  Sample data = sample();
  RowLayout layout(data.types);
  Encoded encoded = encodeRows(layout, data.columns, Rows::dense(3));
  std::vector<const char*> rows;
  for (size_t k = 0; k < 3; ++k) {
    rows.push_back(encoded.rows[k].data());
    EXPECT_EQ(encoded.sizes[k], layout.rowSize(rows[k]));
    EXPECT_EQ(0u, encoded.sizes[k] % 8);
  }
  rows.push_back(nullptr);
  std::vector<MutableColumnPtr> decoded;
  layout.decode(rows.data(), rows.size(), decoded);
  for (size_t i = 0; i < data.types.size(); ++i) {
    for (size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(Value::of(*data.columns[i], k), Value::of(*decoded[i], k)) << i << " " << k;
    }
    EXPECT_TRUE(decoded[i]->isNull(3));
  }
  EXPECT_TRUE(decoded[2]->borrowed());
  EXPECT_EQ(kLong, layout.text(rows[0], 2));
}

TEST(RowCodecTest, EqualRowsHaveEqualBytes) {
  Sample data = sample();
  RowLayout layout(data.types);
  Encoded all = encodeRows(layout, data.columns, Rows::dense(3));
  Selection some = {0, 2};
  Encoded selected = encodeRows(layout, data.columns, Rows::of(some));
  EXPECT_EQ(all.rows[0], selected.rows[0]);
  EXPECT_EQ(all.rows[2], selected.rows[1]);
}

// Frozen: a change of these numbers makes every snapshot unreadable.
TEST(KeyHashTest, GoldenNumbers) {
  auto hash = [](const Type& type, const Value& value) {
    ColumnPtr column = columnOf(type, {value});
    uint64_t out = 0;
    hashKeys({&column, 1}, Rows::dense(1), &out);
    return out;
  };
  EXPECT_EQ(11286133854226296554u, hash(Type::bigint(), 0));
  EXPECT_EQ(3250621881602310087u, hash(Type::bigint(), 42));
  EXPECT_EQ(3244421341483603138u, hash(Type::string(), ""));
  EXPECT_EQ(3365914934227384823u, hash(Type::string(), kLong));
  EXPECT_EQ(3868538229376497241u, hash(Type::doubling(), 1.5));
  EXPECT_EQ(6890440384924740163u, hash(Type::decimal(10, 2), 1250));
  EXPECT_EQ(7038945954007269746u, hash(Type::timestamp(3), int64_t{1704164645123000}));
  EXPECT_EQ(0x7a1d3c5b9e8f2041u, hash(Type::bigint(), Value()));

  // Widening a type keeps the hash.
  EXPECT_EQ(hash(Type::tinyint(), -3), hash(Type::bigint(), -3));
  EXPECT_EQ(hash(Type::floating(), 1.5), hash(Type::doubling(), 1.5));
  EXPECT_EQ(hash(Type::doubling(), 0.0), hash(Type::doubling(), -0.0));
  EXPECT_EQ(hash(Type::doubling(), std::nan("1")), hash(Type::floating(), std::nan("2")));
  EXPECT_EQ(hash(Type::decimal(10, 2), 1250), hash(Type::decimal(38, 3), int128{12500}));
  EXPECT_EQ(hash(Type::decimal(10, 2), -1250), hash(Type::decimal(38, 1), int128{-125}));
  EXPECT_EQ(hash(Type::timestamp(6), int64_t{-1}),
            hash(Type::timestamp(9), NanoTimestamp{-1, 999000, 0}));
  EXPECT_EQ(hash(Type::character(3), "abc"), hash(Type::string(), "abc"));

  ColumnPtr two[] = {columnOf(Type::bigint(), {42}), columnOf(Type::string(), {"x"})};
  uint64_t both = 0;
  hashKeys(two, Rows::dense(1), &both);
  EXPECT_EQ(7894935324521226780u, both);
}

TEST(KeyHashTest, KeyGroupRangesAreFlinks) {
  EXPECT_EQ(128u, defaultMaxParallelism(1));
  EXPECT_EQ(256u, defaultMaxParallelism(100));
  for (uint32_t parallelism : {1u, 2u, 3u, 7u, 128u}) {
    for (uint32_t group = 0; group < 128; ++group) {
      uint32_t owner = subtaskOf(group, parallelism, 128);
      EXPECT_TRUE(keyGroupRangeOf(owner, parallelism, 128).contains(group));
    }
  }
  EXPECT_EQ(127u, keyGroupOf(UINT32_MAX, 128));
}

TEST(KeyCodecTest, KindsAndRoundTrips) {
  Type id = Type::bigint().withNullable(false);
  EXPECT_EQ(KeyEncoder::Kind::kInline8, KeyEncoder({id}).kind());
  EXPECT_EQ(KeyEncoder::Kind::kInline16, KeyEncoder({Type::bigint()}).kind());
  EXPECT_EQ(KeyEncoder::Kind::kBytes, KeyEncoder({Type::string()}).kind());

  KeyEncoder narrow({Type::integer(), Type::boolean()});
  ASSERT_EQ(KeyEncoder::Kind::kInline8, narrow.kind());
  std::vector<ColumnPtr> columns = {columnOf(Type::integer(), {1, Value(), 1}),
                                    columnOf(Type::boolean(), {true, false, Value()})};
  uint64_t keys[3];
  narrow.encode8(columns, Rows::dense(3), keys);
  std::vector<MutableColumnPtr> decoded;
  narrow.decode8(keys, 3, decoded);
  KeyEncoder wide({Type::doubling(), Type::integer()});
  std::vector<ColumnPtr> reals = {columnOf(Type::doubling(), {0.0, -0.0, std::nan("7")}),
                                  columnOf(Type::integer(), {1, 1, Value()})};
  InlineKey16 wideKeys[3];
  wide.encode16(reals, Rows::dense(3), wideKeys);
  EXPECT_NE(wideKeys[0], wideKeys[1]);
  wide.decode16(wideKeys, 3, decoded);
  for (size_t k = 0; k < 3; ++k) {
    EXPECT_EQ(Value::of(*columns[0], k), Value::of(*decoded[0], k));
    EXPECT_EQ(Value::of(*columns[1], k), Value::of(*decoded[1], k));
    EXPECT_EQ(Value::of(*reals[1], k), Value::of(*decoded[3], k));
  }
}

TEST(KeyCodecTest, EqualMapsHaveEqualKeys) {
  Type map = Type::map(Type::string(), Type::doubling());
  ColumnPtr column =
      columnOf(map, {Value::Pairs{{"a", 0.0}, {"b", 2.0}}, Value::Pairs{{"b", 2.0}, {"a", 0.0}}});
  KeyEncoder keys({map});
  Encoded encoded = encodeRows(keys.layout(), {column}, Rows::dense(2));
  EXPECT_EQ(encoded.rows[0], encoded.rows[1]);
  uint64_t hashes[2];
  keys.hash({&column, 1}, Rows::dense(2), hashes);
  EXPECT_EQ(hashes[0], hashes[1]);
}

void expectSameOrder(const Type& type, const std::vector<Value>& values) {
  ColumnPtr column = columnOf(type, values);
  for (bool ascending : {true, false}) {
    for (bool nullsFirst : {true, false}) {
      std::vector<SortColumn> order = {{type, ascending, nullsFirst}};
      SortKeyEncoder encoder(order);
      std::string bytes;
      std::vector<uint32_t> offsets;
      encoder.encode({&column, 1}, Rows::dense(values.size()), bytes, offsets);
      for (size_t a = 0; a < values.size(); ++a) {
        for (size_t b = 0; b < values.size(); ++b) {
          std::string left = bytes.substr(offsets[a], offsets[a + 1] - offsets[a]);
          std::string right = bytes.substr(offsets[b], offsets[b + 1] - offsets[b]);
          int byBytes = left.compare(right);
          int byRows = compareRows(order, {&column, 1}, a, {&column, 1}, b);
          EXPECT_EQ(byBytes < 0, byRows < 0) << type.toString() << " " << a << " " << b;
          EXPECT_EQ(byBytes == 0, byRows == 0) << type.toString() << " " << a << " " << b;
        }
      }
    }
  }
}

TEST(SortKeyTest, BytesOrderLikeValues) {
  double infinity = __builtin_inf();
  expectSameOrder(Type::integer(), {Value(), -5, 0, 7, INT32_MIN, INT32_MAX});
  expectSameOrder(Type::bigint().withNullable(false), {int64_t{-5}, INT64_MIN, INT64_MAX, 0});
  expectSameOrder(Type::doubling(), {Value(), -1.5, -0.0, 0.0, 2.0, infinity, std::nan("")});
  expectSameOrder(Type::decimal(38, 0), {int128{1} << 90, int128{-1} * (int128{1} << 90), 0});
  expectSameOrder(Type::string(), {Value(), "", "a", "ab", std::string("a\0b", 3), "b", kLong});
  expectSameOrder(Type::timestamp(9), {NanoTimestamp{-1, 5, 0}, NanoTimestamp{-1, 6, 0}, Value()});
  expectSameOrder(Type::array(Type::integer()), {Value(), Value::List{}, Value::List{1},
                                                 Value::List{1, 2}, Value::List{Value()}});
}

}  // namespace
}  // namespace millrace
