// Scalar functions called directly, without SQL: results and types as Apache Flink 2.3 gives them.
#include <gtest/gtest.h>

#include "expr/evaluator.h"
#include "functions/function_catalog.h"
#include "types/decimal.h"
#include "types/time_zone.h"
#include "types/value_text.h"

namespace millrace {
namespace {

ExprPtr literal(Value value, const Type& type) {
  bool isNull = value.isNull();
  return Expr::constant(std::move(value), type.withNullable(isNull));
}
ExprPtr text(const char* value) { return literal(Value(value), Type::string()); }
ExprPtr number(int value) { return literal(Value(value), Type::integer()); }
ExprPtr large(int64_t value) { return literal(Value(value), Type::bigint()); }
ExprPtr real(double value) { return literal(Value(value), Type::doubling()); }
ExprPtr truth(bool value) { return literal(Value(value), Type::boolean()); }
ExprPtr null(const Type& type) { return literal(Value(), type); }
ExprPtr as(const char* value, const Type& type) {
  return Expr::cast(text(value), type.withNullable(false));
}
ExprPtr decimal(const char* value, int precision, int scale) {
  return as(value, Type::decimal(precision, scale));
}

const EvalContext& context() {
  static const EvalContext value{TimeZone::utc(), 1'700'000'000'123'456};
  return value;
}

Result<ExprPtr> tryCall(const std::string& name, const std::vector<ExprPtr>& args) {
  const ScalarFunction* function = FunctionCatalog::builtin().scalar(name);
  if (function == nullptr) return Error(ErrorKind::kUnknownFunction, name);
  std::vector<ArgumentInfo> infos;
  for (const ExprPtr& arg : args) {
    infos.push_back({arg->type, arg->isLiteral() ? &arg->literal : nullptr});
  }
  ResolvedCall resolved = TRY(function->resolve(infos));
  std::vector<ExprPtr> converted;
  for (size_t i = 0; i < args.size(); ++i) {
    ExprPtr cast = Expr::cast(args[i], resolved.arguments[i]);
    converted.push_back(foldConstants(cast, context()));
  }
  return Expr::call(*function, resolved, std::move(converted));
}

ExprPtr call(const std::string& name, const std::vector<ExprPtr>& args) {
  Result<ExprPtr> expr = tryCall(name, args);
  return expr.ok() ? expr.value() : text(("ERROR " + expr.error().message()).c_str());
}

std::string show(const ExprPtr& expr) {
  Result<Value> value = evaluateConstant(expr, context());
  if (!value.ok()) return "ERROR " + value.error().message();
  ColumnPtr column = value.value().toColumn(expr->type.withNullable(true), 1);
  std::string out;
  appendValueText(*column, 0, {}, out);
  return out;
}

std::string run(const std::string& name, const std::vector<ExprPtr>& args) {
  return show(call(name, args));
}
std::string typeOf(const std::string& name, const std::vector<ExprPtr>& args) {
  return call(name, args)->type.toString();
}

struct Case {
  const char* name;
  std::vector<ExprPtr> args;
  const char* expected;
};

void check(const std::vector<Case>& cases) {
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(run(cases[i].name, cases[i].args), cases[i].expected) << cases[i].name << " #" << i;
  }
}

TEST(ScalarFunctions, Comparison) {
  check({{"=", {number(2), decimal("2.0", 2, 1)}, "TRUE"},
         {"<", {text("a"), text("b")}, "TRUE"},
         {"<", {as("2024-01-01", Type::date()), text("2024-01-02")}, "TRUE"},
         {"=", {number(1), null(Type::integer())}, "NULL"},
         {"IS DISTINCT FROM", {number(1), null(Type::integer())}, "TRUE"},
         {"IS NOT TRUE", {null(Type::boolean())}, "TRUE"},
         {"IN", {number(1), number(1), null(Type::integer())}, "TRUE"},
         {"IN", {number(3), number(1), null(Type::integer())}, "NULL"},
         {"IN", {text("b"), text("a"), text("b")}, "TRUE"},
         {"IN", {null(Type::integer()), number(1)}, "NULL"}});
  EXPECT_FALSE(tryCall("=", {text("1"), number(1)}).ok());
}

TEST(ScalarFunctions, ArithmeticTypes) {
  ExprPtr tiny = as("1", Type::tinyint()), single = as("1", Type::floating());
  EXPECT_EQ(typeOf("+", {tiny, tiny}), "TINYINT NOT NULL");
  EXPECT_EQ(typeOf("+", {number(1), large(1)}), "BIGINT NOT NULL");
  EXPECT_EQ(typeOf("+", {single, real(1)}), "FLOAT NOT NULL");
  EXPECT_EQ(typeOf("+", {real(1), single}), "DOUBLE NOT NULL");
  EXPECT_EQ(typeOf("*", {large(1), decimal("0.908", 4, 3)}), "DECIMAL(24, 3) NOT NULL");
  EXPECT_EQ(typeOf("/", {number(5), decimal("2.0", 2, 1)}), "DECIMAL(17, 6) NOT NULL");
  EXPECT_EQ(typeOf("%", {large(5), number(3)}), "INT NOT NULL");
  EXPECT_EQ(typeOf("ROUND", {decimal("123.456", 6, 3), number(1)}), "DECIMAL(5, 1) NOT NULL");
}

TEST(ScalarFunctions, Arithmetic) {
  check({{"+", {as("127", Type::tinyint()), as("1", Type::tinyint())}, "-128"},
         {"/", {number(7), number(2)}, "3"},
         {"/", {number(INT32_MIN), number(-1)}, "-2147483648"},
         {"/", {number(1), number(0)}, "ERROR / by zero"},
         {"%", {number(-7), number(3)}, "-1"},
         {"-", {decimal("3", 10, 2)}, "-3.00"},
         {"%", {decimal("7.5", 10, 2), number(2)}, "1.50"},
         {"/", {decimal("1", 10, 2), decimal("3", 5, 1)}, "0.33333333"},
         {"ROUND", {decimal("123.456", 6, 3), number(-1)}, "120"},
         {"ROUND", {real(2.345), number(2)}, "2.35"},
         {"ROUND", {real(-2.5)}, "-3.0"},
         {"ROUND", {real(9.99), number(1)}, "10.0"},
         {"ROUND", {number(125), number(-1)}, "130"},
         {"TRUNCATE", {real(2.345), number(2)}, "2.34"},
         {"TRUNCATE", {decimal("42.345", 5, 3), number(5)}, "42.345"},
         {"FLOOR", {decimal("-2.7", 2, 1)}, "-3"},
         {"CEIL", {real(2.1)}, "3.0"},
         {"SIGN", {decimal("-3.5", 10, 2)}, "-1.00"},
         {"BIN", {number(-1)}, "1111111111111111111111111111111111111111111111111111111111111111"},
         {"HEX", {text("Az")}, "417A"},
         {"RAND", {number(7)}, "0.7306990420600421"},
         {"RAND_INTEGER", {number(5), number(100)}, "87"},
         {"LOG", {number(2), number(8)}, "3.0"}});
}

TEST(ScalarFunctions, Conditional) {
  check({{"COALESCE", {null(Type::integer()), large(5)}, "5"},
         {"NULLIF", {number(5), number(5)}, "NULL"},
         {"IF", {truth(false), text("a"), text("bcd")}, "bcd"},
         {"GREATEST", {number(1), decimal("2.5", 2, 1)}, "2.5"},
         {"GREATEST", {number(1), null(Type::integer())}, "NULL"},
         {"LEAST", {text("b"), text("a")}, "a"},
         {"IS_ALPHA", {text("a1")}, "FALSE"},
         {"IS_DECIMAL", {text("1e5")}, "TRUE"},
         {"IS_DECIMAL", {text("abc")}, "FALSE"},
         {"IS_DIGIT", {text("1.5")}, "FALSE"},
         {"IS_DIGIT", {number(3)}, "TRUE"}});
}

TEST(ScalarFunctions, Strings) {
  check({{"UPPER", {text("straße und mehr")}, "STRASSE UND MEHR"},
         {"LOWER", {text("ABCDEFGHIJKLMNOPQRSTUVWXYZ[@`{")}, "abcdefghijklmnopqrstuvwxyz[@`{"},
         {"SUBSTRING", {text("añb😀c"), number(2), number(3)}, "ñb😀"},
         {"SUBSTRING", {text("hello"), number(-3), number(2)}, "ll"},
         {"SUBSTRING", {text("hello"), number(-10), number(3)}, ""},
         {"SUBSTRING", {text("hello"), number(2), number(-1)}, "NULL"},
         {"TRIM", {text("BOTH"), text("xy"), text("xyaxy")}, "a"},
         {"TRIM", {text("LEADING"), text(" "), text(" a ")}, "a "},
         {"LTRIM", {text("xya"), text("yx")}, "a"},
         {"CONCAT_WS", {text("~"), text("AA"), null(Type::string()), text(""), text("C")}, "AA~~C"},
         {"CHAR_LENGTH", {text("añb😀")}, "4"},
         {"RIGHT", {text("hello"), number(2)}, "lo"},
         {"LPAD", {text("hi"), number(7), text("abc")}, "abcabhi"},
         {"LPAD", {text("hi"), number(1), text("abc")}, "h"},
         {"LPAD", {text("hi"), number(-1), text("abc")}, "NULL"},
         {"REVERSE", {text("añ😀")}, "😀ña"},
         {"OVERLAY", {text("xxxxxtest"), text("xxxx"), number(6), number(2)}, "xxxxxxxxxst"},
         {"OVERLAY", {text("abcdef"), text("zz"), number(5), number(2)}, "abcdzz"},
         {"INITCAP", {text("hello wORLD foo-bar 1abc")}, "Hello World Foo-Bar 1abc"},
         {"ASCII", {text("ñ")}, "-61"},
         {"CHR", {number(353)}, "a"},
         {"ELT", {number(3), text("a"), text("b")}, "NULL"},
         {"TRANSLATE", {text("hello"), text("elo"), text("x")}, "hx"}});
  EXPECT_EQ(typeOf("SUBSTRING", {literal("hello", Type::character(5)), number(2)}), "VARCHAR(5)");
  EXPECT_EQ(typeOf("||", {literal("a", Type::character(1)), literal("b", Type::character(1))}),
            "CHAR(2) NOT NULL");
}

TEST(ScalarFunctions, TextSearch) {
  check({{"LOCATE", {text("l"), text("hello"), number(4)}, "4"},
         {"LOCATE", {text(""), text("abc"), number(2)}, "1"},
         {"INSTR", {text("helloworld"), text("o"), number(-1), number(1)}, "7"},
         {"INSTR", {text("aaaa"), text("aa"), number(1), number(2)}, "2"},
         {"INSTR", {text("aaaa"), text("aa"), number(-1), number(2)}, "2"},
         {"INSTR", {text("abcabc"), text("bc"), number(-2), number(1)}, "2"},
         {"REPLACE", {text("ababab"), text("abab"), text("z")}, "zab"},
         {"REPLACE", {text("abc"), text(""), text("x")}, "xaxbxcx"},
         {"REPLACE", {text("accc long text with c"), text("c"), text("")}, "a long text with "},
         {"SPLIT_INDEX", {text("a,b,,c"), text(","), number(2)}, ""},
         {"SPLIT_INDEX", {text("a,b"), text(","), number(2)}, "NULL"},
         {"SPLIT_INDEX", {text(""), text(","), number(0)}, "NULL"},
         {"SPLIT_INDEX", {text("a b  c"), text(""), number(1)}, "b"},
         {"SPLIT_INDEX", {text("a,b"), number(44), number(1)}, "b"},
         {"SPLIT", {text("a,b,,c"), text(",")}, "[a, b, , c]"},
         {"SPLIT", {text("abc"), text("")}, "[a, b, c]"},
         {"SPLIT", {text(""), text(",")}, "[]"},
         {"STR_TO_MAP", {text("a=1,b=2,a=3,c")}, "{a=3, b=2, c=NULL}"}});
}

TEST(ScalarFunctions, Patterns) {
  check(
      {{"LIKE", {text("abc"), text("a_c")}, "TRUE"},
       {"LIKE", {text("a%c"), text("a!%c"), text("!")}, "TRUE"},
       {"LIKE", {text("a\nb"), text("a_b")}, "FALSE"},
       {"LIKE", {text("a\nb"), text("a%b")}, "TRUE"},
       {"LIKE", {text("xaybzc"), text("%a%b_c")}, "TRUE"},
       {"LIKE",
        {text("ab"), text("a#b"), text("#")},
        "ERROR invalid escape sequence in pattern 'a#b'"},
       {"SIMILAR TO", {text("abc"), text("[[:ALPHA:]]+")}, "TRUE"},
       {"REGEXP", {text("abc"), text("")}, "FALSE"},
       {"REGEXP_EXTRACT", {text("foothebar"), text("foo(.*?)(bar)"), number(2)}, "bar"},
       {"REGEXP_EXTRACT", {text("foothebar"), text("foo(.*?)(bar)"), number(5)}, "NULL"},
       {"REGEXP_EXTRACT", {text("foothebar"), text("("), number(0)}, "NULL"},
       {"REGEXP_EXTRACT",
        {text("https://a.b/c?x=1&channel_id=42&y"), text("(&|^)channel_id=([^&]*)"), number(2)},
        "42"},
       {"REGEXP_EXTRACT", {text("channel_id=7"), text("(&|^)channel_id=([^&]*)"), number(2)}, "7"},
       {"REGEXP_EXTRACT",
        {text("xchannel_id=7&channel_id=8"), text("(&|^)channel_id=([^&]*)"), number(2)},
        "8"},
       {"REGEXP_REPLACE", {text("foobar"), text("o"), text("$0x")}, "f$0x$0xbar"},
       {"REGEXP_REPLACE", {text("aaa"), text("a*"), text("x")}, "xx"},
       {"REGEXP_COUNT", {text("aaa"), text("")}, "4"},
       {"REGEXP_EXTRACT_ALL",
        {text("100-200, 300-400"), text("(\\d+)-(\\d+)"), number(2)},
        "[200, 400]"},
       {"REGEXP_EXTRACT_ALL", {text("abc"), text("(z)?b"), number(1)}, "[NULL]"}});
}

TEST(ScalarFunctions, Temporal) {
  ExprPtr instant = as("2024-05-06 10:11:12.345", Type::timestamp(3));
  ExprPtr date = as("2024-05-06", Type::date());
  check({{"EXTRACT", {text("WEEK"), as("2024-12-30", Type::date())}, "1"},
         {"HOUR", {instant}, "10"},
         {"HOUR", {as("1969-12-31 22:30:00", Type::timestamp(3))}, "-1"},
         {"DAYOFWEEK", {date}, "2"},
         {"FLOOR", {instant, text("MINUTE")}, "2024-05-06 10:11:00.000"},
         {"CEIL", {date, text("QUARTER")}, "2024-07-01"},
         {"TIMESTAMPADD", {text("MONTH"), number(1), as("2003-01-31", Type::date())}, "2003-02-28"},
         {"TIMESTAMPDIFF",
          {text("MONTH"), as("2024-03-31 10:00:00", Type::timestamp(0)),
           as("2024-04-30 09:00:00", Type::timestamp(0))},
          "0"},
         {"TIMESTAMPDIFF", {text("DAY"), as("2024-03-31", Type::date()), date}, "36"},
         {"DATE_FORMAT", {instant, text("yyyy-MM-dd")}, "2024-05-06"},
         {"DATE_FORMAT", {instant, text("EEEE MMMM MMM w D u")}, "Monday May May 19 127 2024"},
         {"DATE_FORMAT", {instant, text("yyyy'T'E a h.SSS")}, "2024TMon AM 10.345"},
         {"DATE_FORMAT", {text("2024-05-06"), text("yyyyMMdd")}, "NULL"},
         {"TO_TIMESTAMP", {text("2024-02-31"), text("yyyy-MM-dd")}, "2024-02-29 00:00:00.000"},
         {"TO_TIMESTAMP",
          {text("20240203101112"), text("yyyyMMddHHmmss")},
          "2024-02-03 10:11:12.000"},
         {"TO_TIMESTAMP",
          {text("2024-2-3 10:11:12.1"), text("yyyy-MM-dd HH:mm:ss.SSS")},
          "2024-02-03 10:11:12.100"},
         {"TO_TIMESTAMP", {text("bad")}, "NULL"},
         {"TO_DATE", {text("2024-02-31"), text("yyyy-MM-dd")}, "2024-03-02"},
         {"UNIX_TIMESTAMP", {text("2024-2-3 1:2:3")}, "1706922123"},
         {"UNIX_TIMESTAMP", {text("2024-02-03")}, "-9223372036854775808"},
         {"FROM_UNIXTIME", {large(1715000000), text("EEE u w")}, "Mon 1 19"},
         {"CONVERT_TZ",
          {text("1970-01-01 00:00:00"), text("UTC"), text("America/Los_Angeles")},
          "1969-12-31 16:00:00"},
         {"LOCALTIMESTAMP", {}, "2023-11-14 22:13:20.123"},
         {"CURRENT_WATERMARK", {instant}, "NULL"}});
}

TEST(ScalarFunctions, Json) {
  ExprPtr none = text("");
  auto value = [&](const char* json, const char* path) {
    return run("JSON_VALUE", {text(json), text(path)});
  };
  EXPECT_EQ(value("{\"a\": true}", "$.a"), "true");
  EXPECT_EQ(value("{\"a\": 1.50}", "$.a"), "1.50");
  EXPECT_EQ(value("{\"a\": 1e3}", "$.a"), "1E+3");
  EXPECT_EQ(value("{\"a\": \"x\\u00e9\\n\"}", "$.a"), "xé\n");
  EXPECT_EQ(value("{\"a\":{\"b\":[1,{\"c\":2}]}}", "lax $.a.b[1].c"), "2");
  EXPECT_EQ(value("[1,2,3]", "$[-1]"), "3");
  EXPECT_EQ(value("{\"a b\": 3}", "$['a b']"), "3");
  EXPECT_EQ(value("{\"a\":1}", "a"), "1");
  EXPECT_EQ(value("{\"a\":{}}", "$.a"), "NULL");
  EXPECT_EQ(value("bad", "$.a"), "NULL");
  check({{"JSON_VALUE",
          {text("{}"), text("lax $.a"), text("DEFAULT"), text("x"), none, null(Type::string())},
          "x"},
         {"JSON_VALUE",
          {text("{}"), text("strict $.a"), none, null(Type::string()), text("DEFAULT"), text("e")},
          "e"},
         {"JSON_VALUE",
          {text("{}"), text("lax $.a"), text("ERROR"), null(Type::string()), none,
           null(Type::string())},
          "ERROR empty result of JSON_VALUE is not allowed"},
         {"JSON_EXISTS", {text("{\"a\":null}"), text("$.a")}, "FALSE"},
         {"JSON_EXISTS", {text("{\"a\":[1,2]}"), text("$.a[*]")}, "TRUE"},
         {"JSON_EXISTS", {text("{}"), text("strict $.b"), text("TRUE")}, "TRUE"},
         {"JSON_QUERY", {text("{\"a\": {\"b\": 1}}"), text("$.a")}, "{\"b\":1}"},
         {"JSON_QUERY", {text("{\"a\":1}"), text("$.a"), text("UNCONDITIONAL")}, "[1]"},
         {"JSON_QUERY",
          {text("{\"a\":[{\"b\":1},{\"b\":2}]}"), text("$.a[*].b"), text("CONDITIONAL")},
          "[1,2]"},
         {"JSON_QUERY",
          {text("{\"a\":[{\"b\":1},{\"b\":2}]}"), text("$..b"), text("UNCONDITIONAL")},
          "[[1,2]]"},
         {"JSON_OBJECT",
          {text("NULL"), text("k"), number(1), text("j"), text("x")},
          "{\"j\":\"x\",\"k\":1}"},
         {"JSON_ARRAY", {text("ABSENT"), number(1), text("a"), null(Type::integer())}, "[1,\"a\"]"},
         {"JSON_ARRAY", {text("NULL 1"), text("[2]"), null(Type::integer())}, "[[2],null]"},
         {"JSON_STRING", {real(1e20)}, "1.0E+20"},
         {"JSON_STRING",
          {as("2024-01-01 10:00:00.5", Type::timestamp(1))},
          "\"2024-01-01T10:00:00.5\""},
         {"IS JSON ARRAY", {text("[]")}, "TRUE"},
         {"IS JSON", {text("{\"a\":1")}, "FALSE"},
         {"JSON_UNQUOTE", {text("\"a\\\"b\"")}, "a\"b"}});
}

TEST(ScalarFunctions, Collections) {
  ExprPtr array = call("ARRAY", {number(3), number(1), null(Type::integer()), number(3)});
  ExprPtr letters = call("ARRAY", {text("a"), text("b"), text("c"), text("d")});
  ExprPtr map = call("MAP", {text("a"), number(1), text("b"), number(2)});
  check({{"ITEM", {letters, number(2)}, "b"},
         {"ITEM", {letters, number(5)}, "NULL"},
         {"ITEM", {letters, number(0)}, "ERROR an array index starts at 1 but was 0"},
         {"ITEM", {map, text("b")}, "2"},
         {"ITEM", {map, text("z")}, "NULL"},
         {"CARDINALITY", {map}, "2"},
         {"ELEMENT", {letters}, "ERROR array has more than one element"},
         {"ROW", {number(1), text("a")}, "(1, a)"},
         {"ARRAY_CONTAINS", {array, null(Type::integer())}, "TRUE"},
         {"ARRAY_DISTINCT", {array}, "[3, 1, NULL]"},
         {"ARRAY_POSITION", {array, number(1)}, "2"},
         {"ARRAY_REMOVE", {array, number(3)}, "[1, NULL]"},
         {"ARRAY_REVERSE", {letters}, "[d, c, b, a]"},
         {"ARRAY_SLICE", {letters, number(-2)}, "[c, d]"},
         {"ARRAY_SLICE", {letters, number(2), number(1)}, "[]"},
         {"ARRAY_SORT", {array}, "[NULL, 1, 3, 3]"},
         {"ARRAY_SORT", {array, truth(false)}, "[3, 3, 1, NULL]"},
         {"ARRAY_SORT", {array, truth(true), truth(false)}, "[1, 3, 3, NULL]"},
         {"ARRAY_UNION", {array, array}, "[3, 1, NULL]"},
         {"ARRAY_MAX", {array}, "3"},
         {"ARRAY_JOIN", {letters, text("+")}, "a+b+c+d"},
         {"ARRAY_APPEND", {letters, text("e")}, "[a, b, c, d, e]"},
         {"MAP_KEYS", {map}, "[a, b]"},
         {"MAP_ENTRIES", {map}, "[(a, 1), (b, 2)]"},
         {"MAP_UNION", {map, call("MAP", {text("a"), number(9)})}, "{a=9, b=2}"}});
  EXPECT_EQ(typeOf("ARRAY", {number(1), decimal("2.5", 2, 1)}),
            "ARRAY<DECIMAL(11, 1) NOT NULL> NOT NULL");
}

TEST(ScalarFunctions, Encodings) {
  const char* url = "http://user:pw@facebook.com:80/path1/p.php?k1=v1&k2=v2#Ref1";
  check({{"FROM_BASE64", {text("YQ")}, "a"},
         {"FROM_BASE64", {text("a*b")}, "ERROR illegal Base64 text 'a*b'"},
         {"UNHEX", {text("zz")}, "NULL"},
         {"MD5", {text("")}, "d41d8cd98f00b204e9800998ecf8427e"},
         {"SHA2", {text("abc"), number(1)}, "ERROR SHA2 has no such length"},
         {"URL_ENCODE", {text("a*b-c_d.e~f é+")}, "a*b-c_d.e%7Ef+%C3%A9%2B"},
         {"URL_DECODE", {text("a+b%zz")}, "NULL"},
         {"PARSE_URL", {text(url), text("HOST")}, "facebook.com"},
         {"PARSE_URL", {text(url), text("AUTHORITY")}, "user:pw@facebook.com:80"},
         {"PARSE_URL", {text(url), text("FILE")}, "/path1/p.php?k1=v1&k2=v2"},
         {"PARSE_URL", {text(url), text("QUERY"), text("k2")}, "v2"},
         {"PARSE_URL", {text("notaurl"), text("HOST")}, "NULL"}});
}

TEST(ScalarFunctions, EveryDescriptorIsComplete) {
  for (const ScalarFunction* function : FunctionCatalog::builtin().scalars()) {
    EXPECT_FALSE(function->signature.empty()) << function->name;
    EXPECT_FALSE(function->doc.empty()) << function->name;
    EXPECT_FALSE(function->example.empty()) << function->name;
    EXPECT_FALSE(function->exampleResult.empty()) << function->name;
    EXPECT_FALSE(function->family.empty()) << function->name;
    ASSERT_NE(function->resolve, nullptr) << function->name;
    // No arguments at all must be an error or a call, never a crash.
    Result<ResolvedCall> resolved = function->resolve({});
    EXPECT_TRUE(!resolved.ok() || resolved.value().kernel != nullptr) << function->name;
  }
  EXPECT_NE(FunctionCatalog::builtin().scalar("char_length"), nullptr);
}

}  // namespace
}  // namespace millrace
