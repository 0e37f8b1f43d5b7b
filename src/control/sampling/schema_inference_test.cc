#include "control/sampling/schema_inference.h"

#include <gtest/gtest.h>

namespace millrace::kinesisanalyticsv2 {
namespace {

std::string described(const std::vector<std::string>& records) {
  std::optional<InferredSchema> inferred = inferSchema(records);
  if (!inferred) return "nothing";
  std::string text = inferred->schema.recordFormat.recordFormatType;
  for (const RecordColumn& column : inferred->schema.recordColumns) {
    text += " " + column.name + ":" + column.sqlType;
  }
  return text;
}

TEST(SchemaInference, TheStockRecordsOfTheGuide) {
  EXPECT_EQ(described({R"({"TICKER":"AMZN","PRICE":12.5,"COUNT":3})",
                       R"({"TICKER":"MSFTX","PRICE":7,"COUNT":null})"}),
            "JSON TICKER:VARCHAR(8) PRICE:REAL COUNT:INTEGER");
}

TEST(SchemaInference, NestedObjectsAndTypesThatGrow) {
  EXPECT_EQ(described({R"({"a":{"b c":1},"d":true})", R"({"a":{"b c":5000000000},"d":"x"})"}),
            "JSON a_b_c:BIGINT d:VARCHAR(4)");
  std::optional<InferredSchema> inferred = inferSchema({R"({"a":{"b":1}})"});
  ASSERT_TRUE(inferred);
  EXPECT_EQ(inferred->schema.recordColumns[0].mapping, "$.a.b");
}

TEST(SchemaInference, ArraysOfObjects) {
  std::optional<InferredSchema> inferred =
      inferSchema({R"([{"a":1,"b":{"c":"x"}},{"a":2}])", R"([{"a":3}])"});
  ASSERT_TRUE(inferred);
  const SourceSchema& schema = inferred->schema;
  EXPECT_EQ(schema.recordFormat.mappingParameters->jsonMappingParameters->recordRowPath, "$[0:]");
  ASSERT_EQ(schema.recordColumns.size(), 2U);
  EXPECT_EQ(schema.recordColumns[1].mapping, "$[0:].b.c");
  EXPECT_EQ(schema.recordColumns[1].name, "b_c");
  EXPECT_EQ(inferred->rows,
            (std::vector<std::vector<std::string>>{{"1", "x"}, {"2", ""}, {"3", ""}}));
}

TEST(SchemaInference, JsonThatIsNoRowIsNoCsvEither) {
  EXPECT_EQ(described({R"([1,2])"}), "nothing");
  EXPECT_EQ(described({R"([{"a":1}, 2])"}), "nothing");
  EXPECT_EQ(described({R"([{"a":1}])", R"({"a":1,"b":2})"}), "nothing");
}

TEST(SchemaInference, RowsHaveAllColumns) {
  std::optional<InferredSchema> inferred = inferSchema({R"({"a":1})", R"({"b":"x"})"});
  ASSERT_TRUE(inferred);
  EXPECT_EQ(inferred->rows, (std::vector<std::vector<std::string>>{{"1", ""}, {"", "x"}}));
}

TEST(SchemaInference, CsvWithAnyOfTheUsualDelimiters) {
  EXPECT_EQ(described({"AMZN,12.5\nMSFT,7"}), "CSV COL_0:VARCHAR(4) COL_1:REAL");
  EXPECT_EQ(described({"a|1|true", "b|2|false"}),
            "CSV COL_0:VARCHAR(4) COL_1:INTEGER COL_2:BOOLEAN");
  EXPECT_EQ(described({"\"a,b\",1"}), "CSV COL_0:VARCHAR(4) COL_1:INTEGER");
}

TEST(SchemaInference, WhatIsNeither) {
  EXPECT_EQ(described({"one", "two"}), "nothing");
  EXPECT_EQ(described({"a,b", "c"}), "nothing");
  EXPECT_EQ(described({"", "\n"}), "nothing");
  EXPECT_EQ(described({}), "nothing");
}

TEST(SchemaInference, AnObjectMayBeOneDocument) {
  std::string document = "[\n  {\"a\": 1},\n  {\"a\": 2}\n]";
  EXPECT_EQ(recordsOfObject(document + "\n", true), (std::vector<std::string>{document}));
}

TEST(SchemaInference, ALineThatWasCutOffIsLeftOut) {
  EXPECT_EQ(recordsOfObject("a\r\nb\nhal", false), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(recordsOfObject("a\nb", true), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace millrace::kinesisanalyticsv2
