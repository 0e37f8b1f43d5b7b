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

TEST(SchemaInference, ALineThatWasCutOffIsLeftOut) {
  EXPECT_EQ(recordsOfObject("a\r\nb\nhal", false), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(recordsOfObject("a\nb", true), (std::vector<std::string>{"a", "b"}));
}

}  // namespace
}  // namespace millrace::kinesisanalyticsv2
