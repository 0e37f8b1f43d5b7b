// MetricStore: metrics and their data points in one database. A point is kept at several
// resolutions at once, each for as long as CloudWatch keeps it: one second (where asked for) three
// hours, a minute 15 days, five minutes 63 days, an hour 455 days.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "database/database.h"

namespace millrace::cloudwatch {

using DimensionList = std::vector<std::pair<std::string, std::string>>;  // sorted by name

struct MetricKey {
  std::string account;
  std::string region;
  std::string metricNamespace;
  std::string name;
  DimensionList dimensions;
};

struct MetricRecord {
  int64_t id = 0;
  MetricKey key;
  int64_t lastMillis = 0;  // when data came last
};

// What is known of the values of an interval.
struct Samples {
  double count = 0;
  double sum = 0;
  double minimum = 0;
  double maximum = 0;
  // How often each value came; empty when that is not known (statistic sets, too many values).
  std::map<double, double> values;
  bool complete = true;  // `values` has all of them

  void add(double value, double times);
  void add(const Samples& other);
};

struct NewPoint {
  MetricKey metric;
  int64_t timeMillis = 0;
  std::string unit;  // "None" when it was not given
  bool highResolution = false;
  Samples samples;
};

struct Point {
  int64_t timeSeconds = 0;
  std::string unit;
  Samples samples;
};

struct Resolution {
  int64_t seconds;
  int64_t keptSeconds;
};
inline constexpr std::array<Resolution, 4> kResolutions = {
    {{1, 3 * 3600}, {60, 15 * 86400}, {300, 63 * 86400}, {3600, 455 * 86400}}};

// Thread-safe. What append() has returned from is on disk.
class MetricStore {
 public:
  static Result<std::unique_ptr<MetricStore>> open(const std::string& directory);

  Status append(const std::vector<NewPoint>& points, int64_t nowMillis);
  // Of an account and region, by namespace, name and dimensions; "" = every namespace.
  Result<std::vector<MetricRecord>> metrics(const std::string& account, const std::string& region,
                                            const std::string& metricNamespace);
  // In the order of time; of every unit unless one is given.
  Result<std::vector<Point>> points(const MetricKey& metric, int64_t resolutionSeconds,
                                    int64_t fromSeconds, int64_t toSeconds,
                                    const std::optional<std::string>& unit);
  // Deletes what is older than its resolution is kept.
  Status deleteOld(int64_t nowMillis);

 private:
  explicit MetricStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  std::unique_ptr<Database> database_;
};

}  // namespace millrace::cloudwatch
