#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "formats/testing/format_harness.h"

namespace millrace {
namespace {

using format_test::allFields;
using format_test::Decoded;
using format_test::decodeText;

Schema eventSchema() {
  return {{"kind", Type::integer()},
          {"bid", Type::row({"id", "price", "url", "at"},
                            {Type::bigint(), Type::bigint(), Type::string(), Type::timestamp(3)})},
          {"note", Type::string()}};
}

std::vector<DecodedField> leaves() {
  return {{{0}, Type::integer()},
          {{1, 0}, Type::bigint()},
          {{1, 2}, Type::string()},
          {{1, 3}, Type::timestamp(3)},
          {{2}, Type::string()}};
}

std::string bidLine(int id, const std::string& url, const std::string& note) {
  return "{\"kind\":2,\"bid\":{\"id\":" + std::to_string(id) + ",\"price\":7,\"url\":\"" + url +
         "\",\"at\":\"2024-01-01 10:0" + std::to_string(id % 10) + ":59.00" +
         std::to_string(id % 10) + "\"},\"note\":" + note + "}\n";
}

TEST(JsonDecoder, ReadsNestedFieldsThroughLearntLayouts) {
  std::string text = bidLine(1, "http://example.com/long/address", "null") +
                     "{\"kind\":0,\"bid\":null,\"note\":\"x\"}\n" +
                     bidLine(123456789, "u", "\"n\"") + bidLine(3, "a\\\"b\\u00e9", "12.50") +
                     bidLine(4, "", "true");
  Decoded decoded = decodeText("json", eventSchema(), leaves(), text);
  EXPECT_EQ(decoded.error, "");
  EXPECT_EQ(decoded.rows,
            "2 1 \"http://example.com/long/address\" \"2024-01-01 10:01:59.001\" null\n"
            "0 null null null \"x\"\n"
            "2 123456789 \"u\" \"2024-01-01 10:09:59.009\" \"n\"\n"
            "2 3 \"a\\\"b\u00e9\" \"2024-01-01 10:03:59.003\" \"12.50\"\n"
            "2 4 \"\" \"2024-01-01 10:04:59.004\" \"true\"\n");
}

// Garbage in a value that no column takes makes the record malformed.
TEST(JsonDecoder, ChecksUnusedValues) {
  std::string good = bidLine(1, "u", "null");
  std::vector<DecodedField> onlyKind = {{{0}, Type::integer()}};
  for (const char* broken : {"01", "7x", "-", "1.", "tru", "\"a\\q\"", "\"open", "7 8", "nulL"}) {
    std::string line = good;
    line.replace(line.find("7,"), 1, broken);
    Decoded decoded = decodeText("json", eventSchema(), onlyKind, good + good + line + good);
    EXPECT_NE(decoded.error.find("record at byte"), std::string::npos) << broken;
    decoded = decodeText("json", eventSchema(), onlyKind, good + good + line + good,
                         {{"ignore-parse-errors", "true"}});
    EXPECT_EQ(decoded.rows, "2\n2\n2\n") << broken;
    EXPECT_EQ(decoded.malformed, 1U) << broken;
  }
}

TEST(JsonDecoder, AStringDoesNotRunIntoTheNextLine) {
  Schema schema = {{"a", Type::string()}};
  std::string text = "{\"a\":\"x\"}\n{\"a\":\"foo\n\"}\n{\"a\":\"y\"}\n";
  Decoded decoded =
      decodeText("json", schema, allFields(schema), text, {{"ignore-parse-errors", "true"}}, 100);
  EXPECT_EQ(decoded.rows, "\"x\"\n\"y\"\n");
  EXPECT_EQ(decoded.malformed, 2U);
}

TEST(JsonDecoder, InvalidUtf8IsMalformed) {
  Schema schema = {{"a", Type::string()}};
  std::string text = "{\"a\":\"x\"}\n{\"a\":\"\xC3(\"}\n{\"a\":\"y\"}\n{\"a\":\"\xC3\xA9\"}\n";
  Decoded decoded = decodeText("json", schema, allFields(schema), text);
  EXPECT_NE(decoded.error.find("UTF-8"), std::string::npos);
  decoded = decodeText("json", schema, allFields(schema), text, {{"ignore-parse-errors", "true"}});
  EXPECT_EQ(decoded.rows, "\"x\"\n\"y\"\n\"\u00e9\"\n");
}

TEST(JsonDecoder, RepeatedFieldsCountTowardsTheDeclaredOnes) {
  Schema schema = {{"a", Type::integer()}, {"b", Type::integer()}};
  std::string text = "{\"a\":1,\"b\":2}\n{\"a\":1,\"a\":5,\"b\":3}\n{\"a\":1,\"b\":3,\"c\":4}\n";
  EXPECT_EQ(decodeText("json", schema, allFields(schema), text).rows, "1 2\n5 null\n1 3\n");
}

TEST(JsonDecoder, NamesTheMissingField) {
  Schema schema = {{"a", Type::integer()},
                   {"r", Type::row({"x", "y"}, {Type::integer(), Type::integer()})}};
  auto errorOf = [&](std::vector<DecodedField> fields, const std::string& text) {
    return decodeText("json", schema, fields, text, {{"fail-on-missing-field", "true"}}).error;
  };
  EXPECT_EQ(errorOf(allFields(schema), "{\"z\":{},\"r\":null}\n"),
            "record at byte 0: the field 'a' is missing");
  EXPECT_EQ(errorOf(allFields(schema), "{\"a\":1,\"r\":{\"x\":1}}\n"),
            "record at byte 0: field 'r': the field 'y' is missing");
  EXPECT_EQ(errorOf({{{1, 0}, Type::integer()}}, "{\"r\":{\"y\":1}}\n"),
            "record at byte 0: field 'r': the field 'x' is missing");
}

TEST(JsonDecoder, ArraysHoldRows) {
  Schema schema = {{"a", Type::integer()}};
  std::string text = "{\"a\":0}\n[{\"a\":1},{\"a\":2},{\"a\":3},{\"a\":4}]\n{\"a\":5}\n[]\n";
  EXPECT_EQ(decodeText("json", schema, allFields(schema), text, {}, 2).rows, "0\n1\n2\n3\n4\n5\n");
  text = "[{\"a\":1},null,{\"a\":2}]\n";
  EXPECT_NE(decodeText("json", schema, allFields(schema), text).error, "");
  OptionMap ignoring = {{"ignore-parse-errors", "true"}};
  EXPECT_EQ(decodeText("json", schema, allFields(schema), text, ignoring).rows, "1\n");
}

TEST(JsonDecoder, ReadsWholeNestedValues) {
  Schema schema = {{"r", Type::row({"x", "y"}, {Type::integer(), Type::array(Type::string())})},
                   {"m", Type::map(Type::string(), Type::bigint())}};
  std::string line = "{\"r\":{\"y\":[\"a\",null],\"z\":0,\"x\":1},\"m\":{\"k\":1,\"k\":2}}\n";
  std::string row = "{\"x\":1,\"y\":[\"a\",null]} [[\"k\",2]]\n";
  EXPECT_EQ(decodeText("json", schema, allFields(schema), line + line + line).rows,
            row + row + row);
}

// An object with many names costs time in proportion to its size, whatever takes it, and a name
// that comes again still takes its last value.
TEST(JsonDecoder, ObjectsMayHaveManyNames) {
  std::string names, text;
  for (int i = 0; i < 100'000; ++i) names += ",\"f" + std::to_string(i) + "\":1";
  std::string object = "{\"f7\":0" + names + ",\"z\":3}";
  for (int i = 0; i < 2; ++i) text += "{\"a\":" + object + names + ",\"b\":5}\n";
  const Type types[] = {Type::row({"z"}, {Type::integer()}), Type::string(),
                        Type::map(Type::string(), Type::integer())};
  for (const Type& type : types) {
    Schema schema = {{"a", type}, {"b", Type::integer()}};
    auto begin = std::chrono::steady_clock::now();
    Decoded decoded = decodeText("json", schema, allFields(schema), text);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
    EXPECT_EQ(decoded.error, "");
    EXPECT_EQ(std::count(decoded.rows.begin(), decoded.rows.end(), '\n'), 2);
    EXPECT_TRUE(decoded.rows.ends_with(" 5\n"));
    if (type.kind() == TypeKind::kRow) {
      EXPECT_EQ(decoded.rows, "{\"z\":3} 5\n{\"z\":3} 5\n");
    } else if (type.kind() == TypeKind::kMap) {
      EXPECT_EQ(decoded.rows.find("[\"f7\",0]"), std::string::npos);
      EXPECT_NE(decoded.rows.find("[\"f7\",1]"), std::string::npos);
    } else {
      std::string start = "\"{\\\"f7\\\":1,\\\"f0\\\":1,";
      EXPECT_EQ(decoded.rows.substr(0, start.size()), start);
    }
  }
}

// The fast and the reference path agree: a leading blank keeps a record from the fast path.
TEST(JsonDecoder, PathsAgreeOnRandomEdits) {
  std::mt19937_64 random(7);
  std::string base = bidLine(12, "http://x", "\"n\"");
  const std::string letters = "{}[]\":,\\0123456789.-+eEnulltruefas xyz\t\r";
  for (int round = 0; round < 3000; ++round) {
    std::string line = base.substr(0, base.size() - 1);
    for (size_t edits = random() % 3; edits > 0; --edits) {
      size_t at = random() % line.size();
      char c = letters[random() % letters.size()];
      switch (random() % 3) {
        case 0:
          line[at] = c;
          break;
        case 1:
          line.insert(at, 1, c);
          break;
        default:
          line.erase(at, 1);
      }
    }
    OptionMap options;
    if (random() % 2 == 0) options["ignore-parse-errors"] = "true";
    Decoded fast = decodeText("json", eventSchema(), leaves(), base + line + "\n", options);
    Decoded slow =
        decodeText("json", eventSchema(), leaves(), " " + base + " " + line + "\n", options);
    EXPECT_EQ(fast.rows, slow.rows) << line;
    EXPECT_EQ(fast.error.empty(), slow.error.empty()) << line;
    EXPECT_EQ(fast.malformed, slow.malformed) << line;
  }
}

TEST(JsonEncoder, WritesWhatFlinkWrites) {
  Schema schema = {{"c", Type::decimal(10, 2)}, {"s", Type::string()}, {"t", Type::timestamp(6)}};
  MutableColumnPtr decimals = Column::make(schema[0].type, 2);
  decimals->mutableValues<int64_t>()[0] = 10'000;
  decimals->mutableValues<int64_t>()[1] = 1'230;
  MutableColumnPtr texts = Column::make(schema[1].type, 2);
  texts->setString(0, "a\"b\\\t\x01/\u00e9");
  texts->setNull(1);
  MutableColumnPtr times = Column::make(schema[2].type, 2);
  times->mutableValues<int64_t>()[0] = 1'704'067'200'120'000;
  times->mutableValues<int64_t>()[1] = 1'704'067'200'000'000;
  Batch batch({decimals, texts, times}, 2);
  const FormatDescriptor& format = *FormatCatalog::builtin().find("json");
  auto encoder = format.makeEncoder(schema, format_test::readOptions(format, {}));
  std::string out;
  ASSERT_TRUE(encoder.value()->encode(batch, out).ok());
  EXPECT_EQ(out,
            "{\"c\":1E+2,\"s\":\"a\\\"b\\\\\\t\\u0001/\u00e9\",\"t\":\"2024-01-01 00:00:00.12\"}\n"
            "{\"c\":12.3,\"s\":null,\"t\":\"2024-01-01 00:00:00\"}\n");
}

}  // namespace
}  // namespace millrace
