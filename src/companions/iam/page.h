// Pages of a list. A marker is the key of the last item that was shown, so that items that come and
// go between two pages neither repeat nor hide others.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::iam {

template <typename Item>
struct Page {
  std::vector<Item> items;
  bool isTruncated = false;
  std::optional<std::string> marker;
};

constexpr int32_t kItemsOfPage = 100;  // when the client does not say

// `items` are sorted by `keyOf`.
template <typename Item, typename KeyOf>
Page<Item> pageOf(std::vector<Item> items, const std::optional<std::string>& marker,
                  const std::optional<int32_t>& maxItems, KeyOf keyOf) {
  Page<Item> page;
  auto begin = items.begin();
  if (marker) {
    begin = std::find_if(items.begin(), items.end(),
                         [&](const Item& item) { return std::string(keyOf(item)) > *marker; });
  }
  auto size = std::min<std::ptrdiff_t>(maxItems.value_or(kItemsOfPage), items.end() - begin);
  page.isTruncated = begin + size != items.end();
  if (page.isTruncated) page.marker = std::string(keyOf(*(begin + size - 1)));
  page.items.assign(std::make_move_iterator(begin), std::make_move_iterator(begin + size));
  return page;
}

// The members that all lists have in their requests and answers.
template <typename Request, typename Response, typename Item, typename KeyOf>
void answerPage(const Request& request, Response& response, std::vector<Item>& into,
                std::vector<Item> items, KeyOf keyOf) {
  Page<Item> page = pageOf(std::move(items), request.marker, request.maxItems, keyOf);
  into = std::move(page.items);
  response.isTruncated = page.isTruncated;
  response.marker = std::move(page.marker);
}

}  // namespace millrace::iam
