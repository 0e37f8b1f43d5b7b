#include "aws/protocol/json_values.h"

#include <gtest/gtest.h>

namespace millrace {

namespace {

const ShapeModel kText{.name = "Text", .type = ShapeType::kString};
const ShapeModel kNumber{.name = "Number", .type = ShapeType::kInteger};
const ShapeModel kFlag{.name = "Flag", .type = ShapeType::kBoolean};
const ShapeModel kTime{.name = "Time", .type = ShapeType::kTimestamp};
const ShapeModel kData{.name = "Data", .type = ShapeType::kBlob};
const MemberModel kElement[] = {{.name = "member", .shape = &kText}};
const ShapeModel kList{.name = "List", .type = ShapeType::kList, .members = kElement};
const ShapeModel kFree{.name = "Free", .type = ShapeType::kStructure, .anything = true};
const MemberModel kMembers[] = {
    {.name = "Text", .shape = &kText}, {.name = "Number", .shape = &kNumber},
    {.name = "Flag", .shape = &kFlag}, {.name = "Time", .shape = &kTime},
    {.name = "Data", .shape = &kData}, {.name = "List", .shape = &kList},
    {.name = "Free", .shape = &kFree},
};
const ShapeModel kInput{.name = "Input", .type = ShapeType::kStructure, .members = kMembers};

std::string errorOf(const std::string& json) {
  Outcome<Document> decoded = decodeJson(&kInput, json);
  if (decoded.ok()) return "";
  EXPECT_EQ(decoded.error().shape(), "SerializationException");
  return decoded.error().message();
}

}  // namespace

TEST(JsonValues, WrongTypesAreSerializationExceptions) {
  EXPECT_EQ(errorOf(R"({"Text": 1})"), "NUMBER_VALUE can not be converted to a String");
  EXPECT_EQ(errorOf(R"({"Text": true})"), "TRUE_VALUE can not be converted to a String");
  EXPECT_EQ(errorOf(R"({"Text": []})"), "Start of list found where not expected");
  EXPECT_EQ(errorOf(R"({"Text": {}})"), "Start of structure or map found where not expected.");
  EXPECT_EQ(errorOf(R"({"Number": "1"})"), "STRING_VALUE can not be converted to an Integer");
  EXPECT_EQ(errorOf(R"({"Flag": "true"})"), "STRING_VALUE can not be converted to a Boolean");
  EXPECT_EQ(errorOf(R"({"List": "a"})"), "Expected list or null");
  EXPECT_EQ(errorOf(R"({"Time": "2026-01-01T00:00:00Z"})"),
            "STRING_VALUE can not be converted to a Timestamp");
  EXPECT_NE(errorOf(R"({"Data": "*"})"), "");
  for (const char* number : {"2147483648", "-2147483649", "1e20", "9223372036854775808"}) {
    EXPECT_NE(errorOf(std::string("{\"Number\": ") + number + "}"), "") << number;
  }
}

TEST(JsonValues, GarbageIsASerializationException) {
  for (const char* json : {"{", "[]", "1", "null", "\"a\"", "{\"a\":}", "{} x", "\xFF"}) {
    EXPECT_NE(errorOf(json), "") << json;
  }
  std::string deep(100'000, '[');
  EXPECT_NE(errorOf("{\"Free\": " + deep), "");
  EXPECT_NE(errorOf("{\"Free\": " + deep + std::string(100'000, ']') + "}"), "");
  EXPECT_EQ(errorOf("{\"Unknown\": " + deep + std::string(100'000, ']') + "}"), "");
}

TEST(JsonValues, NullAndUnknownMembersAreAbsent) {
  Document decoded =
      decodeJson(&kInput, R"({"Text": null, "Other": [1], "List": ["a", null], "Number": 2.9})")
          .value();
  EXPECT_EQ(decoded, Document(Document::Object{{"Number", 2}, {"List", Document::List{"a"}}}));
  EXPECT_EQ(decodeJson(&kInput, "").value(), Document(Document::Object()));
}

TEST(JsonValues, TimestampsAreSeconds) {
  Document time = decodeJson(&kInput, R"({"Time": 1769854830.1234})").value();
  EXPECT_EQ(*time.find("Time")->as<Timestamp>(), Timestamp{1'769'854'830'123});
  auto written = [](int64_t millis) {
    return encodeJson(&kInput, Document::Object{{"Time", Timestamp{millis}}});
  };
  EXPECT_EQ(written(1'769'854'830'123), R"({"Time":1769854830.123})");
  EXPECT_EQ(written(1'769'854'830'000), R"({"Time":1769854830})");
  EXPECT_EQ(written(-1), R"({"Time":-0.001})");
}

TEST(JsonValues, TextThatIsNoUtf8IsReplaced) {
  EXPECT_EQ(encodeJson(&kInput, Document::Object{{"Text", "a\xFF\"\n"}}),
            "{\"Text\":\"a\xEF\xBF\xBD\\\"\\n\"}");
}

}  // namespace millrace
