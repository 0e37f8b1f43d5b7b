// Pages of GetMetricData. A token says how far the results were shown, counted from the oldest
// point: points that come between two pages move nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/model/generated/cloudwatch/get_metric_data.h"

namespace millrace::cloudwatch {

// The place where a page begins.
struct PageToken {
  size_t result = 0;  // its number among those that are returned
  // Of its points, oldest first: how many are left of it when the newest come first, else how many
  // were shown. Nothing: none were shown.
  std::optional<size_t> points;

  // InvalidNextToken for text that toText() did not make.
  static Outcome<PageToken> parse(const std::string& text);
  std::string toText() const;
};

// `results` are whole, each with its oldest point first. A page has at most `limit` points.
GetMetricDataOutput pageOf(std::vector<MetricDataResult> results, const PageToken& begin,
                           bool newestFirst, size_t limit);

}  // namespace millrace::cloudwatch
