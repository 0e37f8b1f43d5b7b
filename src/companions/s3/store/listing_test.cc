#include "companions/s3/store/listing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace millrace::s3 {
namespace {

struct Entry {
  int number = 0;
  std::string key;
};

struct Place {
  std::string key;
  bool inclusive = true;
  static Place before(std::string key) { return {std::move(key), true}; }
  static Place behind(const Entry& entry) { return {entry.key, false}; }
  static Place behindKey(std::string key) { return {std::move(key), false}; }
};

// Sorted keys in memory.
struct Keys {
  std::vector<std::string> sorted;
  mutable size_t numRead = 0;

  Result<std::vector<Entry>> operator()(const Place& from, size_t limit) const {
    auto begin = from.inclusive ? std::lower_bound(sorted.begin(), sorted.end(), from.key)
                                : std::upper_bound(sorted.begin(), sorted.end(), from.key);
    std::vector<Entry> entries;
    for (; begin != sorted.end() && entries.size() < limit; ++begin) entries.push_back({0, *begin});
    numRead += entries.size();
    return entries;
  }
};

std::string nameOf(const std::variant<Entry, std::string>& entry) {
  if (const auto* prefix = std::get_if<std::string>(&entry)) return "[" + *prefix + "]";
  return std::get<Entry>(entry).key;
}

// All pages of `limit` entries, one after the other, as a client gets them with markers.
std::vector<std::string> listAll(const Keys& keys, const KeyFilter& filter, size_t limit) {
  std::vector<std::string> names;
  Place from = Place::before("");
  while (true) {
    auto page = listKeys<Entry>(filter, from, limit, keys).value();
    EXPECT_LE(page.entries.size(), limit);
    for (const auto& entry : page.entries) names.push_back(nameOf(entry));
    if (!page.truncated) return names;
    EXPECT_EQ(page.entries.size(), limit);
    const auto& last = page.entries.back();
    const auto* prefix = std::get_if<std::string>(&last);
    from = behindMarker<Place>(filter, prefix != nullptr ? *prefix : std::get<Entry>(last).key);
  }
}

// What a listing is by definition: every key, rolled up one by one.
std::vector<std::string> expected(const Keys& keys, const KeyFilter& filter) {
  std::vector<std::string> names;
  for (const std::string& key : keys.sorted) {
    if (!key.starts_with(filter.prefix)) continue;
    auto common = commonPrefixOf(filter, key);
    std::string name = common ? "[" + *common + "]" : key;
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

TEST(Listing, RollsUpWhatStandsBeforeTheDelimiter) {
  Keys keys{{"a", "b/1", "b/2", "c", "d/e/1", "d/f"}};
  EXPECT_EQ(listAll(keys, {"", "/"}, 100), (std::vector<std::string>{"a", "[b/]", "c", "[d/]"}));
  EXPECT_EQ(listAll(keys, {"d/", "/"}, 100), (std::vector<std::string>{"[d/e/]", "d/f"}));
  EXPECT_EQ(listAll(keys, {"b", ""}, 100), (std::vector<std::string>{"b/1", "b/2"}));
}

TEST(Listing, PagesOfAnySizeAreTheWhole) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Keys keys;
    for (int i = 0; i < 60; ++i) {
      std::string key;
      size_t length = 1 + random() % 5;
      for (size_t k = 0; k < length; ++k) key += "ab/\xFF"[random() % 4];
      keys.sorted.push_back(key);
    }
    std::sort(keys.sorted.begin(), keys.sorted.end());
    keys.sorted.erase(std::unique(keys.sorted.begin(), keys.sorted.end()), keys.sorted.end());
    for (const KeyFilter& filter : {KeyFilter{"", "/"}, KeyFilter{"a", "/"}, KeyFilter{"", ""},
                                    KeyFilter{"b/", "a"}, KeyFilter{"", "\xFF"}}) {
      for (size_t limit : {1, 2, 3, 7, 1000}) {
        EXPECT_EQ(listAll(keys, filter, limit), expected(keys, filter));
      }
    }
  }
}

TEST(Listing, DoesNotReadWhatLiesBehindACommonPrefix) {
  Keys keys;
  for (int directory = 0; directory < 10; ++directory) {
    for (int file = 0; file < 5000; ++file) {
      keys.sorted.push_back(std::to_string(directory) + "/" + std::to_string(file));
    }
  }
  std::sort(keys.sorted.begin(), keys.sorted.end());
  EXPECT_EQ(listAll(keys, {"", "/"}, 100).size(), 10u);
  EXPECT_LT(keys.numRead, 200u);
}

TEST(Listing, OfNothingIsNotTruncated) {
  Keys keys{{"a", "b"}};
  auto page = listKeys<Entry>({"", ""}, Place::before(""), 0, keys).value();
  EXPECT_TRUE(page.entries.empty());
  EXPECT_FALSE(page.truncated);
}

}  // namespace
}  // namespace millrace::s3
