#include "base/place_index.h"

#include <gtest/gtest.h>

#include <functional>

namespace millrace {
namespace {

// Builds the list of distinct numbers and counts the comparisons that took.
struct Distinct {
  std::vector<uint64_t> items;
  size_t numCompared = 0;
  PlaceIndex index;

  size_t find(uint64_t wanted) {
    return index.find(items, wanted, std::hash<uint64_t>(), [&](uint64_t a, uint64_t b) {
      ++numCompared;
      return a == b;
    });
  }
  void add(uint64_t item) {
    if (find(item) == items.size()) items.push_back(item);
  }
};

TEST(PlaceIndex, FindsTheFirstPlaceInListsOfAnyLength) {
  Distinct distinct;
  for (uint64_t i = 0; i < 300; ++i) {
    EXPECT_EQ(distinct.find(i * 1000), i);
    distinct.add(i * 1000);
    ASSERT_EQ(distinct.items.size(), i + 1);
    for (uint64_t k = 0; k <= i; ++k) ASSERT_EQ(distinct.find(k * 1000), k);
    ASSERT_EQ(distinct.find(1), distinct.items.size());
  }
  distinct.items = {7};
  distinct.index.clear();
  EXPECT_EQ(distinct.find(7), 0U);
  EXPECT_EQ(distinct.find(0), 1U);
}

TEST(PlaceIndex, ComparesFewItems) {
  Distinct distinct;
  for (uint64_t i = 0; i < 100'000; ++i) distinct.add(i << 32);
  EXPECT_EQ(distinct.items.size(), 100'000U);
  EXPECT_LT(distinct.numCompared, 1'000U);
}

TEST(PlaceIndex, EqualItemsInTheListAreNoChain) {
  Distinct distinct;
  distinct.items.assign(100'000, 5);
  EXPECT_EQ(distinct.find(5), 0U);
  EXPECT_EQ(distinct.find(6), 100'000U);
  EXPECT_LT(distinct.numCompared, 200'000U);
}

}  // namespace
}  // namespace millrace
