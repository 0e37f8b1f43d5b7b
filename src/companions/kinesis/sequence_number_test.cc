#include "companions/kinesis/sequence_number.h"

#include <gtest/gtest.h>

namespace millrace::kinesis {
namespace {

// The texts were computed from the layout with Python's integers.
TEST(SequenceNumber, HasTheFormOfKinesis) {
  SequenceNumber first{1577836800, 0, 0, 1577836800};
  EXPECT_EQ(first.text(), "49602848290775082237381451505690166276129200307785695234");
  SequenceNumber second{1577836800, 37, 1, 1577836801};
  EXPECT_EQ(second.text(), "49602848290886585963374104621399053793312056813209780818");
  SequenceNumber last{1764435600, 2147483647, SequenceNumber::kEndPosition, 1764439999};
  EXPECT_EQ(last.text(), "49669428967811169004622080887371789109622623724042715122");
  for (const SequenceNumber& number : {first, second, last}) {
    EXPECT_EQ(SequenceNumber::parse(number.text()), number);
  }
}

TEST(SequenceNumber, GrowsWithThePositionWhateverTheTime) {
  SequenceNumber earlier{1577836800, 3, 255, 1577836999};
  SequenceNumber later{1577836800, 3, 256, 1577836800};
  ASSERT_EQ(earlier.text().size(), later.text().size());
  EXPECT_LT(earlier.text(), later.text());
  SequenceNumber child{1577836801, 4, 0, 1577836801};
  SequenceNumber end{1577836800, 3, SequenceNumber::kEndPosition, 1577836999};
  EXPECT_LT(end.text(), child.text());
}

TEST(SequenceNumber, RefusesOtherNumbers) {
  for (const char* text :
       {"", "0", "1", "x", "-1", "49602848290775082237381451505690166276129200307785695235",
        "4960284829077508223738145150569016627612920030778569523a",
        "99999999999999999999999999999999999999999999999999999999999999999999999999"}) {
    EXPECT_FALSE(SequenceNumber::parse(text)) << text;
  }
}

}  // namespace
}  // namespace millrace::kinesis
