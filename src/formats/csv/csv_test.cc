#include <gtest/gtest.h>

#include "formats/testing/format_harness.h"

namespace millrace {
namespace {

using format_test::allFields;
using format_test::Decoded;
using format_test::decodeText;

Schema threeColumns() {
  return {{"a", Type::integer()}, {"b", Type::string()}, {"c", Type::doubling()}};
}

Decoded decode(std::string_view text, OptionMap options = {}) {
  return decodeText("csv", threeColumns(), allFields(threeColumns()), text, std::move(options));
}

TEST(CsvDecoder, QuotesBlanksAndLineEnds) {
  EXPECT_EQ(
      decode("1,\"a \"\"q\"\" b\",2\n2,a\"b,2\r\n 3 ,\"\", 2.5 \n4,\"b\" ,3\n5, \"a\" ,1").rows,
      "1 \"a \\\"q\\\" b\" 2\n2 \"a\\\"b\" 2\n3 \"\" 2.5\n4 \"b\" 3\n5 \" \\\"a\\\" \" 1\n");
  EXPECT_EQ(decode("1,\"x\ny\",2\n").rows, "1 \"x\\ny\" 2\n");
}

TEST(CsvDecoder, FieldCounts) {
  EXPECT_NE(decode("1,x\n").error.find("row length mismatch"), std::string::npos);
  EXPECT_NE(decode("1,x,2,3\n").error, "");
  EXPECT_EQ(decode("1,x,2,\n").rows, "1 \"x\" 2\n");
  Decoded ignored = decode("1,x\n2,y,3\nq,y,3\n4,z,5,6\n\n5\n", {{"ignore-parse-errors", "true"}});
  EXPECT_EQ(ignored.rows, "1 \"x\" null\n2 \"y\" 3\nnull \"y\" 3\nnull null null\n5 null null\n");
  EXPECT_EQ(ignored.malformed, 1U);
}

TEST(CsvDecoder, Options) {
  EXPECT_EQ(decode("1;x;2\n", {{"field-delimiter", ";"}}).rows, "1 \"x\" 2\n");
  EXPECT_EQ(decode("1\tx\t2\n", {{"field-delimiter", "\\t"}}).rows, "1 \"x\" 2\n");
  EXPECT_EQ(decode("1,a\\\"b\\n\\\\c,2\n2,\"a\\\"b\",2\n", {{"escape-character", "\\"}}).rows,
            "1 \"a\\\"b\\n\\\\c\" 2\n2 \"a\\\"b\" 2\n");
  EXPECT_EQ(decode("NULL,NULL,1\n1,\"NULL\",2\n", {{"null-literal", "NULL"}}).rows,
            "null null 1\n1 null 2\n");
  EXPECT_EQ(decode("1,\"a\",2\n", {{"disable-quote-character", "true"}}).rows,
            "1 \"\\\"a\\\"\" 2\n");
  EXPECT_EQ(decode("#c\n1,x,2\n", {{"allow-comments", "true"}}).rows, "1 \"x\" 2\n");
}

TEST(CsvDecoder, MalformedRecords) {
  EXPECT_NE(decode("1,\"a\"b,2\n").error, "");
  EXPECT_NE(decode("1,\"x,2\n2,y,3\n").error, "");
  EXPECT_NE(decode("1.5,x,2\n").error, "");
  EXPECT_NE(decode(",x,2\n").error, "");
  EXPECT_NE(decode("1,\xC3(,2\n").error, "");
}

TEST(CsvDecoder, ArraysAndRows) {
  Schema schema = {{"a", Type::array(Type::integer())},
                   {"r", Type::row({"s", "n"}, {Type::string(), Type::integer()})}};
  std::vector<DecodedField> fields = allFields(schema);
  fields.push_back({{1, 1}, Type::integer()});
  EXPECT_EQ(decodeText("csv", schema, fields, "1;2;3,x;5\n").rows,
            "[1,2,3] {\"s\":\"x\",\"n\":5} 5\n");
}

TEST(CsvEncoder, QuotesAsFlinkDoes) {
  Schema schema = {{"s", Type::string()}, {"d", Type::doubling()}, {"c", Type::decimal(10, 2)}};
  const char* texts[] = {"a,b", "q\"r", " x", "plain", "123", "a_text_of_more_than_24_characters"};
  MutableColumnPtr strings = Column::make(schema[0].type, 6);
  MutableColumnPtr doubles = Column::make(schema[1].type, 6);
  MutableColumnPtr decimals = Column::make(schema[2].type, 6);
  for (size_t i = 0; i < 6; ++i) {
    strings->setString(i, texts[i]);
    doubles->mutableValues<double>()[i] = 1e10;
    decimals->mutableValues<int64_t>()[i] = 10'000;
  }
  const FormatDescriptor& format = *FormatCatalog::builtin().find("csv");
  auto encoder = format.makeEncoder(schema, format_test::readOptions(format, {}));
  std::string out;
  ASSERT_TRUE(encoder.value()->encode(Batch({strings, doubles, decimals}, 6), out).ok());
  EXPECT_EQ(out,
            "\"a,b\",1.0E10,1E+2\n\"q\"\"r\",1.0E10,1E+2\n\" x\",1.0E10,1E+2\nplain,1.0E10,1E+2\n"
            "123,1.0E10,1E+2\n\"a_text_of_more_than_24_characters\",1.0E10,1E+2\n");
}

}  // namespace
}  // namespace millrace
