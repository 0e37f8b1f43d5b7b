#include "types/cast.h"

#include <gtest/gtest.h>

#include "types/column_builder.h"
#include "types/print.h"
#include "types/time_zone.h"
#include "types/value.h"

namespace millrace {
namespace {

// The bare text of the result, "\N" for NULL, "error: ..." when the cast fails.
std::string castTo(const Value& value, const Type& from, const Type& to, bool tryCast = true,
                   CastContext context = {}) {
  Result<std::unique_ptr<Cast>> cast = makeCast(from, to);
  if (!cast.ok()) return "not allowed: " + cast.error().message();
  ColumnBuilder builder(from);
  builder.appendValue(value);
  MutableColumnPtr out = Column::make(to, 1);
  Status status = cast.value()->apply(*builder.finish(), Rows::dense(1), context, tryCast, *out);
  if (!status.ok()) return "error: " + status.error().message();
  PrintOptions options;
  options.form = PrintForm::kBare;
  return printValue(*out, 0, options);
}

std::string fromText(const char* text, const Type& to) {
  return castTo(Value(text), Type::string(), to);
}

struct TextCase {
  const char* text;
  const char* boolean;
  const char* tinyint;
  const char* integer;
  const char* bigint;
  const char* shortDecimal;  // DECIMAL(5, 2)
  const char* longDecimal;   // DECIMAL(38, 10)
};

// Results of TRY_CAST in Apache Flink 2.3.
const TextCase kTextCases[] = {
    {"1", "true", "1", "1", "1", "1.00", "1.0000000000"},
    {" 1 ", "\\N", "1", "1", "1", "1.00", "1.0000000000"},
    {"+1", "\\N", "1", "1", "1", "1.00", "1.0000000000"},
    {"1.5e1", "\\N", "\\N", "\\N", "\\N", "15.00", "15.0000000000"},
    {"300", "\\N", "\\N", "300", "300", "300.00", "300.0000000000"},
    {"99999", "\\N", "\\N", "99999", "99999", "\\N", "99999.0000000000"},
    {"-129", "\\N", "\\N", "-129", "-129", "-129.00", "-129.0000000000"},
    {"9223372036854775808", "\\N", "\\N", "\\N", "\\N", "\\N", "9223372036854775808.0000000000"},
    {"9223372036854775807.9", "\\N", "\\N", "\\N", "9223372036854775807", "\\N",
     "9223372036854775807.9000000000"},
    {"Yes", "true", "\\N", "\\N", "\\N", "\\N", "\\N"},
    {"t", "true", "\\N", "\\N", "\\N", "0.00", "\\N"},
    {"1d", "\\N", "\\N", "\\N", "\\N", "1.00", "\\N"},
    {".", "\\N", "0", "0", "0", "0.00", "\\N"},
    {".5", "\\N", "0", "0", "0", "0.50", "0.5000000000"},
    {"5.", "\\N", "5", "5", "5", "5.00", "5.0000000000"},
    {"-", "\\N", "\\N", "\\N", "\\N", "\\N", "\\N"},
    {"", "\\N", "\\N", "\\N", "\\N", "\\N", "\\N"},
    {"999.995", "\\N", "\\N", "999", "999", "1000.00", "999.9950000000"},
    {"-1.005", "\\N", "-1", "-1", "-1", "-1.01", "-1.0050000000"},
    {"0.1e-40", "\\N", "\\N", "\\N", "\\N", "\\N", "0.0000000000"},
    {"00012", "\\N", "12", "12", "12", "\\N", "12.0000000000"},
    {"-128.9", "\\N", "-128", "-128", "-128", "-128.90", "-128.9000000000"},
};

TEST(CastTest, StringsToNumbersLikeFlink) {
  for (const TextCase& test : kTextCases) {
    SCOPED_TRACE(test.text);
    EXPECT_EQ(test.boolean, fromText(test.text, Type::boolean()));
    EXPECT_EQ(test.tinyint, fromText(test.text, Type::tinyint()));
    EXPECT_EQ(test.integer, fromText(test.text, Type::integer()));
    EXPECT_EQ(test.bigint, fromText(test.text, Type::bigint()));
    // The reader of short decimals overflows to 1000.00, which Flink lets pass.
    EXPECT_EQ(test.shortDecimal, fromText(test.text, Type::decimal(5, 2)));
    EXPECT_EQ(test.longDecimal, fromText(test.text, Type::decimal(38, 10)));
  }
}

TEST(CastTest, StringsToRealsLikeFlink) {
  auto real = [](const char* text) {
    ColumnBuilder builder(Type::string());
    builder.appendString(text);
    MutableColumnPtr out = Column::make(Type::doubling(), 1);
    EXPECT_TRUE(makeCast(Type::string(), Type::doubling())
                    .value()
                    ->apply(*builder.finish(), Rows::dense(1), {}, true, *out)
                    .ok());
    return castTo(Value::of(*out, 0), Type::doubling(), Type::string());
  };
  EXPECT_EQ("1.2345678901E10", real("12345678901"));
  EXPECT_EQ("-0.0", real("-0.0"));
  EXPECT_EQ("Infinity", real("1e400"));
  EXPECT_EQ("0.0", real("1e-400"));
  EXPECT_EQ("1.0", real("1f"));
  EXPECT_EQ("NaN", real("NaN"));
  EXPECT_EQ("-Infinity", real("-Infinity"));
  for (const char* text : {"inf", "nan", "0x10", ".", "1_000", "abc", "--1", "e5"}) {
    EXPECT_EQ("\\N", real(text)) << text;
  }
}

TEST(CastTest, NumbersLikeFlink) {
  Type real = Type::doubling();
  EXPECT_EQ("-1", castTo(__builtin_inf(), real, Type::tinyint()));
  EXPECT_EQ("0", castTo(-__builtin_inf(), real, Type::smallint()));
  EXPECT_EQ("2147483647", castTo(3e9, real, Type::integer()));
  EXPECT_EQ("0", castTo(__builtin_nan(""), real, Type::bigint()));
  EXPECT_EQ("44", castTo(int64_t{300}, Type::bigint(), Type::tinyint()));
  EXPECT_EQ("-539222987", castTo(int64_t{12345678901}, Type::bigint(), Type::integer()));
  EXPECT_EQ("\\N", castTo(300, Type::integer(), Type::decimal(3, 1), false));
  EXPECT_EQ("1.00", castTo(true, Type::boolean(), Type::decimal(5, 2)));
  Type wide = Type::decimal(30, 10);
  EXPECT_EQ("1.3", castTo(int128{12500000000}, wide, Type::decimal(4, 1)));
  EXPECT_EQ("\\N", castTo(int128{9999500000000}, wide, Type::decimal(4, 1)));
  EXPECT_EQ("-25", castTo(int128{9999500000000}, wide, Type::tinyint()));
  EXPECT_EQ("true", castTo(int128{1}, wide, Type::boolean()));
  EXPECT_EQ("2.68", castTo(2.675, real, Type::decimal(6, 2)));
}

TEST(CastTest, LengthsOfStrings) {
  Type text = Type::string();
  EXPECT_EQ("ab ", castTo("ab", text, Type::character(3)));
  EXPECT_EQ("\xC5\xBElu", castTo("\xC5\xBElu\xC5\xA5", text, Type::varchar(3)));
  EXPECT_EQ("616200", castTo("ab", text, Type::binary(3)));
  EXPECT_EQ("FA", castTo(false, Type::boolean(), Type::character(2)));
  EXPECT_EQ("a long text that stays where it is",
            castTo("a long text that stays where it is", text, text));
}

TEST(CastTest, DatetimesLikeFlink) {
  Type micros = Type::timestamp(6);
  NanoTimestamp nanos{1704164645123, 456789, 0};
  EXPECT_EQ("2024-01-02 03:04:05.123456789", castTo(nanos, Type::timestamp(9), Type::string()));
  EXPECT_EQ("2024-01-02 03:04:05.123", castTo(nanos, Type::timestamp(9), Type::timestamp(3)));
  EXPECT_EQ("03:04:05", castTo(nanos, Type::timestamp(9), Type::time(0)));
  EXPECT_EQ("1970-01-01 00:00:00", castTo(int64_t{-500'000}, micros, Type::timestamp(0)));
  EXPECT_EQ("1970-01-01", castTo(int64_t{-500'000}, micros, Type::date()));
  EXPECT_EQ("01:02:03.0", castTo(3723000, Type::time(3), Type::string()));
  EXPECT_EQ("+1-02", castTo(14, Type::intervalYearMonth(), Type::string()));
  EXPECT_EQ("-1 02:03:04.567", castTo(int64_t{-93784567}, Type::intervalDayTime(), Type::string()));
  CastContext prague{TimeZone::find("Europe/Prague").value()};
  EXPECT_EQ("2024-07-01 10:00:00.000Z",
            castTo("2024-07-01 12:00:00", Type::string(), Type::timestampLtz(3), true, prague));
  EXPECT_EQ("2024-06-30 22:00:00.000Z",
            castTo(19905, Type::date(), Type::timestampLtz(3), true, prague));
}

TEST(CastTest, NestedValues) {
  Type list = Type::array(Type::string());
  Value::List mixed{Value("1"), Value(), Value("x")};
  EXPECT_EQ("[1, NULL, x]", castTo(mixed, list, Type::string()));
  EXPECT_EQ("\\N", castTo(mixed, list, Type::array(Type::integer())));
  EXPECT_EQ("[1,null]",
            castTo(Value::List{Value("1"), Value()}, list, Type::array(Type::integer())));
  EXPECT_EQ("error: cannot cast 'x' to INT",
            castTo(mixed, list, Type::array(Type::integer()), false));
  Type pairs = Type::map(Type::string(), Type::integer());
  EXPECT_EQ("{a=1, b=2}", castTo(Value::Pairs{{"a", 1}, {"b", 2}}, pairs, Type::string()));
  Type row = Type::row({"a", "b"}, {Type::integer(), Type::string()});
  Type other = Type::row({"x", "y"}, {Type::string(), Type::bigint()});
  EXPECT_EQ("{\"x\":\"1\",\"y\":2}", castTo(Value::List{1, "2"}, row, other));
}

TEST(CastTest, Errors) {
  EXPECT_EQ("error: cannot cast 'x' to INT", castTo("x", Type::string(), Type::integer(), false));
  EXPECT_EQ("not allowed: cannot cast INT to TIMESTAMP(3)",
            castTo(1, Type::integer(), Type::timestamp(3)));
  EXPECT_FALSE(makeCast(Type::time(0), Type::date()).ok());
  EXPECT_FALSE(makeCast(Type::array(Type::integer()), Type::integer()).ok());
}

TEST(TypeCoercionTest, CommonTypesLikeFlink) {
  auto common = [](Type a, Type b) {
    Type types[] = {a, b};
    Result<Type> result = commonType(types);
    return result.ok() ? result.value().toString() : "none";
  };
  Type decimal = Type::decimal(10, 2);
  EXPECT_EQ("DECIMAL(12, 2)", common(decimal, Type::integer()));
  EXPECT_EQ("DECIMAL(21, 2)", common(Type::bigint(), decimal));
  EXPECT_EQ("FLOAT", common(decimal, Type::floating()));
  EXPECT_EQ("DOUBLE", common(Type::floating(), decimal));
  EXPECT_EQ("DECIMAL(38, 2)", common(Type::decimal(38, 2), Type::decimal(20, 18)));
  EXPECT_EQ("VARCHAR(5)", common(Type::character(3), Type::character(5)));
  EXPECT_EQ("CHAR(3)", common(Type::character(3), Type::character(3)));
  EXPECT_EQ("TIMESTAMP_LTZ(3)", common(Type::timestamp(3), Type::timestampLtz(3)));
  EXPECT_EQ("DATE", common(Type::timestamp(3), Type::date()));
  EXPECT_EQ("none", common(Type::boolean(), Type::integer()));
  EXPECT_EQ("INT", common(Type::null(), Type::integer().withNullable(false)));
  EXPECT_EQ("ARRAY<BIGINT>", common(Type::array(Type::integer()), Type::array(Type::bigint())));
  EXPECT_EQ("DECIMAL(38, 6)", averageResultType(decimal).toString());
}

}  // namespace
}  // namespace millrace
