#include "companions/cloudwatch/data_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "aws/model/generated/cloudwatch/errors.h"
#include "aws/model/generated/cloudwatch/shapes/status_code.h"

namespace millrace::cloudwatch {

namespace {

bool takeNumber(std::string_view& text, size_t& number) {
  auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc()) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

// Leaves the points from `begin` up to `end`.
template <typename Value>
void cut(std::vector<Value>& values, size_t begin, size_t end, bool newestFirst) {
  values.erase(values.begin() + static_cast<std::ptrdiff_t>(end), values.end());
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(begin));
  if (newestFirst) std::reverse(values.begin(), values.end());
}

}  // namespace

Outcome<PageToken> PageToken::parse(const std::string& text) {
  PageToken token;
  size_t points = 0;
  std::string_view rest = text;
  bool fits = takeNumber(rest, token.result);
  if (fits && rest.starts_with('.')) {
    rest.remove_prefix(1);
    fits = takeNumber(rest, points);
    token.points = points;
  }
  if (fits && rest.empty()) return token;
  return invalidNextToken("The token of the request is not one of a page.");
}

std::string PageToken::toText() const {
  return points ? fmt::format("{}.{}", result, *points) : fmt::format("{}", result);
}

GetMetricDataOutput pageOf(std::vector<MetricDataResult> results, const PageToken& begin,
                           bool newestFirst, size_t limit) {
  GetMetricDataOutput page;
  page.metricDataResults.emplace();
  for (size_t i = begin.result; i < results.size(); ++i) {
    MetricDataResult& result = results[i];
    size_t from = 0;
    size_t to = result.values->size();
    if (i == begin.result && begin.points) {
      size_t& end = newestFirst ? to : from;
      end = std::min(*begin.points, result.values->size());
    }
    if (limit == 0 && from < to) {
      page.nextToken = PageToken{i, std::nullopt}.toText();
      return page;
    }
    size_t taken = std::min(limit, to - from);
    bool complete = taken == to - from;
    if (newestFirst) {
      from = to - taken;
    } else {
      to = from + taken;
    }
    limit -= taken;
    cut(*result.values, from, to, newestFirst);
    cut(*result.timestamps, from, to, newestFirst);
    result.statusCode = complete ? StatusCode::kComplete : StatusCode::kPartialData;
    page.metricDataResults->push_back(std::move(result));
    if (complete) continue;
    page.nextToken = PageToken{i, newestFirst ? from : to}.toText();
    return page;
  }
  return page;
}

}  // namespace millrace::cloudwatch
