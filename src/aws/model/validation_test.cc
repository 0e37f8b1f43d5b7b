#include "aws/model/validation.h"

#include <gtest/gtest.h>

namespace millrace {

namespace {

const ShapeModel kName{.name = "ApplicationName",
                       .type = ShapeType::kString,
                       .hasMin = true,
                       .hasMax = true,
                       .min = 1,
                       .max = 8,
                       .pattern = "[a-zA-Z0-9_.-]+"};
constexpr std::string_view kColours[] = {"RED", "GREEN"};
const ShapeModel kColour{.name = "Colour", .type = ShapeType::kString, .values = kColours};
const ShapeModel kLimit{.name = "Limit",
                        .type = ShapeType::kInteger,
                        .hasMin = true,
                        .hasMax = true,
                        .min = 1,
                        .max = 50};
const ShapeModel kSecret{
    .name = "Secret", .type = ShapeType::kString, .sensitive = true, .hasMax = true, .max = 2};
const MemberModel kNameElement[] = {{.name = "member", .shape = &kName}};
const ShapeModel kNames{
    .name = "Names", .type = ShapeType::kList, .members = kNameElement, .hasMax = true, .max = 2};
const MemberModel kTagMembers[] = {{.name = "Key", .shape = &kName, .required = true}};
const ShapeModel kTag{.name = "Tag", .type = ShapeType::kStructure, .members = kTagMembers};
const MemberModel kTagElement[] = {{.name = "member", .shape = &kTag}};
const ShapeModel kTags{.name = "Tags", .type = ShapeType::kList, .members = kTagElement};
const MemberModel kMapMembers[] = {{.name = "key", .shape = &kName},
                                   {.name = "value", .shape = &kColour}};
const ShapeModel kMap{.name = "Map", .type = ShapeType::kMap, .members = kMapMembers};
const ShapeModel kData{.name = "Data", .type = ShapeType::kBlob, .hasMax = true, .max = 3};
const MemberModel kMembers[] = {
    {.name = "ApplicationName", .shape = &kName, .required = true},
    {.name = "Colour", .shape = &kColour},
    {.name = "Limit", .shape = &kLimit},
    {.name = "Secret", .shape = &kSecret},
    {.name = "Names", .shape = &kNames},
    {.name = "Tags", .shape = &kTags},
    {.name = "Map", .shape = &kMap},
    {.name = "Data", .shape = &kData},
};
const ShapeModel kInput{.name = "Input", .type = ShapeType::kStructure, .members = kMembers};

std::string message(Document::Object members) { return validationMessage(kInput, members); }

std::string one(std::string_view name, Document value) {
  return message({{"ApplicationName", "a"}, {std::string(name), std::move(value)}});
}

}  // namespace

TEST(Validation, WhatFitsHasNoMessage) {
  EXPECT_EQ(message({{"ApplicationName", "a.b-c_9"},
                     {"Colour", "RED"},
                     {"Limit", 50},
                     {"Names", Document::List{"a", "b"}},
                     {"Unknown", "ignored"},
                     {"Data", Blob{"abc"}}}),
            "");
}

TEST(Validation, EachConstraintHasItsWords) {
  EXPECT_EQ(message({}),
            "1 validation error detected: Value null at 'applicationName' failed to satisfy "
            "constraint: Member must not be null");
  EXPECT_EQ(message({{"ApplicationName", "aaaaaaaaa"}}),
            "1 validation error detected: Value 'aaaaaaaaa' at 'applicationName' failed to satisfy "
            "constraint: Member must have length less than or equal to 8");
  EXPECT_EQ(message({{"ApplicationName", "a b"}}),
            "1 validation error detected: Value 'a b' at 'applicationName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");
  EXPECT_EQ(one("Colour", "BLUE"),
            "1 validation error detected: Value 'BLUE' at 'colour' failed to satisfy constraint: "
            "Member must satisfy enum value set: [RED, GREEN]");
  EXPECT_EQ(
      one("Limit", 0),
      "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member "
      "must have value greater than or equal to 1");
  EXPECT_EQ(one("Limit", 51),
            "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: "
            "Member must have value less than or equal to 50");
}

TEST(Validation, AllFailuresAreInOneMessage) {
  EXPECT_EQ(message({{"ApplicationName", ""}, {"Limit", 0}}),
            "3 validation errors detected: Value '' at 'applicationName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '' "
            "at 'applicationName' failed to satisfy constraint: Member must have length greater "
            "than or equal to 1; Value '0' at 'limit' failed to satisfy constraint: Member must "
            "have value greater than or equal to 1");
  Document::List tags;
  for (int i = 0; i < 100; ++i) tags.push_back(Document::Object());
  EXPECT_TRUE(one("Tags", tags).starts_with("10 validation errors detected: "));
}

TEST(Validation, WithinListsAndMaps) {
  EXPECT_EQ(one("Tags", Document::List{Document::Object{{"Key", "a"}}, Document::Object()}),
            "1 validation error detected: Value null at 'tags.2.member.key' failed to satisfy "
            "constraint: Member must not be null");
  EXPECT_EQ(one("Names", Document::List{"a", ""}),
            "1 validation error detected: Value '[a, ]' at 'names' failed to satisfy constraint: "
            "Member must satisfy constraint: [Member must have length less than or equal to 8, "
            "Member must have length greater than or equal to 1, Member must satisfy regular "
            "expression pattern: [a-zA-Z0-9_.-]+]");
  EXPECT_EQ(one("Map", Document::Object{{"a", "BLUE"}}),
            "1 validation error detected: Value at 'map' failed to satisfy constraint: Map value "
            "must satisfy constraint: [Member must satisfy enum value set: [RED, GREEN]]");
  EXPECT_NE(
      one("Map", Document::Object{{"a b", "RED"}}).find("Map keys must satisfy constraint: ["),
      std::string::npos);
}

TEST(Validation, SecretsAndBytesAreNotShown) {
  EXPECT_EQ(one("Secret", "hunter2"),
            "1 validation error detected: Value at 'secret' failed to satisfy constraint: Member "
            "must have length less than or equal to 2");
  EXPECT_EQ(one("Data", Blob{"abcd"}),
            "1 validation error detected: Value at 'data' failed to satisfy constraint: Member "
            "must have length less than or equal to 3");
}

TEST(Validation, LengthsCountAsJavaCounts) {
  // Eight characters beyond the basic plane are sixteen UTF-16 units.
  ShapeModel shape{.name = "S", .type = ShapeType::kString, .hasMax = true, .max = 2};
  MemberModel members[] = {{.name = "M", .shape = &shape}};
  ShapeModel input{.name = "I", .type = ShapeType::kStructure, .members = members};
  auto broken = [&](const char* text) {
    return !validationMessage(input, Document::Object{{"M", text}}).empty();
  };
  EXPECT_FALSE(broken("\xC3\xBC\xC3\xBC"));
  EXPECT_FALSE(broken("\xF0\x9F\x98\x80"));
  EXPECT_TRUE(broken("\xF0\x9F\x98\x80x"));
}

}  // namespace millrace
