#include "aws/protocol/cbor_values.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace {

namespace {

const ShapeModel kText{.name = "Text", .type = ShapeType::kString};
const ShapeModel kNumber{.name = "Number", .type = ShapeType::kLong};
const ShapeModel kReal{.name = "Real", .type = ShapeType::kDouble};
const ShapeModel kFlag{.name = "Flag", .type = ShapeType::kBoolean};
const ShapeModel kTime{.name = "Time", .type = ShapeType::kTimestamp};
const ShapeModel kData{.name = "Data", .type = ShapeType::kBlob};
const MemberModel kElement[] = {{.name = "member", .shape = &kText}};
const ShapeModel kList{.name = "List", .type = ShapeType::kList, .members = kElement};
const MemberModel kMembers[] = {
    {.name = "t", .shape = &kText}, {.name = "n", .shape = &kNumber},
    {.name = "r", .shape = &kReal}, {.name = "f", .shape = &kFlag},
    {.name = "m", .shape = &kTime}, {.name = "d", .shape = &kData},
    {.name = "l", .shape = &kList},
};
const ShapeModel kInput{.name = "Input", .type = ShapeType::kStructure, .members = kMembers};

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (int value : values) text += static_cast<char>(value);
  return text;
}

// A map with one member and its item.
std::string member(char name, const std::string& item) { return bytes({0xA1, 0x61, name}) + item; }

Document one(char name, const std::string& item, CborTime time = CborTime::kSeconds) {
  Outcome<Document> decoded = decodeCbor(&kInput, member(name, item), time);
  if (!decoded.ok()) return Document("error: " + decoded.error().message());
  const Document* found = decoded.value().find(std::string(1, name));
  return found == nullptr ? Document() : *found;
}

bool fails(const std::string& cbor) { return !decodeCbor(&kInput, cbor, CborTime::kSeconds).ok(); }

}  // namespace

// Items of RFC 8949, appendix A.
TEST(CborValues, KnownItems) {
  EXPECT_EQ(one('n', bytes({0x18, 0x64})), Document(100));
  EXPECT_EQ(one('n', bytes({0x1B, 0, 0, 0, 0xE8, 0xD4, 0xA5, 0x10, 0})),
            Document(int64_t{1'000'000'000'000}));
  EXPECT_EQ(one('n', bytes({0x39, 0x03, 0xE7})), Document(-1000));
  EXPECT_EQ(one('r', bytes({0xF9, 0x3E, 0x00})), Document(1.5));
  EXPECT_EQ(one('r', bytes({0xF9, 0x00, 0x01})), Document(5.960464477539063e-8));
  EXPECT_EQ(one('r', bytes({0xFA, 0x47, 0xC3, 0x50, 0x00})), Document(100000.0));
  EXPECT_EQ(one('r', bytes({0xFB, 0x3F, 0xF1, 0x99, 0x99, 0x99, 0x99, 0x99, 0x9A})), Document(1.1));
  EXPECT_EQ(one('f', bytes({0xF5})), Document(true));
  EXPECT_EQ(one('t', bytes({0x62, 0xC3, 0xBC})), Document("\xC3\xBC"));
  EXPECT_EQ(one('d', bytes({0x44, 1, 2, 3, 4})), Document(Blob{bytes({1, 2, 3, 4})}));
  EXPECT_EQ(one('m', bytes({0xC1, 0x1A, 0x51, 0x4B, 0x67, 0xB0})),
            Document(Timestamp{1'363'896'240'000}));
  EXPECT_EQ(one('m', bytes({0xC1, 0xFB, 0x41, 0xD4, 0x52, 0xD9, 0xEC, 0x20, 0, 0})),
            Document(Timestamp{1'363'896'240'500}));
}

TEST(CborValues, PiecesAndOpenEnds) {
  EXPECT_EQ(one('d', bytes({0x5F, 0x42, 1, 2, 0x43, 3, 4, 5, 0xFF})),
            Document(Blob{bytes({1, 2, 3, 4, 5})}));
  EXPECT_EQ(one('l', bytes({0x9F, 0x61, 'a', 0xF6, 0x61, 'b', 0xFF})),
            Document(Document::List{"a", "b"}));
  EXPECT_EQ(decodeCbor(&kInput, bytes({0xBF, 0x61, 'n', 0x01, 0xFF}), CborTime::kSeconds).value(),
            Document(Document::Object{{"n", 1}}));
}

TEST(CborValues, UnknownMembersAreSkippedWhole) {
  std::string cbor =
      bytes({0xA2, 0x61, 'x', 0xA1, 0x01, 0x82, 0x9F, 0xFF, 0xC1, 0x00, 0x61, 'n', 0x07});
  EXPECT_EQ(decodeCbor(&kInput, cbor, CborTime::kSeconds).value(),
            Document(Document::Object{{"n", 7}}));
}

TEST(CborValues, GarbageFails) {
  EXPECT_TRUE(fails(bytes({0xFF})));
  EXPECT_TRUE(fails(bytes({0x80})));               // no map
  EXPECT_TRUE(fails(bytes({0xA1})));               // cut off
  EXPECT_TRUE(fails(bytes({0xA1, 0x01, 0x01})));   // a name that is a number
  EXPECT_TRUE(fails(member('t', bytes({0x01}))));  // a wrong type
  EXPECT_TRUE(fails(member('t', bytes({0x7B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}))));
  EXPECT_TRUE(fails(member('l', bytes({0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}))));
  EXPECT_TRUE(fails(member('n', bytes({0x1C}))));  // reserved
  EXPECT_TRUE(fails(member('n', bytes({0x1F}))));  // a number has no open end
  EXPECT_TRUE(fails(member('n', bytes({0x1B, 0x80, 0, 0, 0, 0, 0, 0, 0}))));  // over 2^63 - 1
  EXPECT_TRUE(fails(member('x', std::string(100'000, '\x81'))));              // nested without end
  EXPECT_TRUE(fails(member('n', std::string(100'000, '\xC1'))));
}

TEST(CborValues, RoundTripsInBothFormats) {
  Document::Object all{{"t", "text"},
                       {"n", std::numeric_limits<int64_t>::min()},
                       {"r", -0.5},
                       {"f", false},
                       {"m", Timestamp{1'769'854'830'123}},
                       {"d", Blob{bytes({0, 255})}},
                       {"l", Document::List{"", std::string(300, 'x')}}};
  for (CborTime time : {CborTime::kSeconds, CborTime::kMillis}) {
    EXPECT_EQ(decodeCbor(&kInput, encodeCbor(&kInput, all, time), time).value(), Document(all));
  }
}

// As the Java SDK writes and reads moments of x-amz-cbor-1.1.
TEST(CborValues, MillisecondsAreIntegersBehindTag1) {
  EXPECT_EQ(encodeCbor(&kInput, Document::Object{{"m", Timestamp{1}}}, CborTime::kMillis),
            member('m', bytes({0xC1, 0x01})));
}

}  // namespace millrace
