#include "companions/cloudwatch/store/metric_store.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace millrace::cloudwatch {

namespace {

using Json = nlohmann::json;

// Beyond that many different values of an interval, percentiles are not known.
constexpr size_t kMaxValues = 1000;

constexpr std::array<std::string_view, 1> kMigrations = {R"sql(
CREATE TABLE metric (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account TEXT NOT NULL,
  region TEXT NOT NULL,
  namespace TEXT NOT NULL,
  name TEXT NOT NULL,
  dimensions TEXT NOT NULL,
  last INTEGER NOT NULL,
  UNIQUE (account, region, namespace, name, dimensions)
);
CREATE TABLE point (
  metric INTEGER NOT NULL,
  resolution INTEGER NOT NULL,
  time INTEGER NOT NULL,
  unit TEXT NOT NULL,
  count REAL NOT NULL,
  sum REAL NOT NULL,
  minimum REAL NOT NULL,
  maximum REAL NOT NULL,
  sample_values TEXT,
  PRIMARY KEY (metric, resolution, time, unit)
) WITHOUT ROWID;
CREATE INDEX point_by_age ON point (resolution, time);
)sql"};

std::string dimensionText(const DimensionList& dimensions) {
  Json json = Json::array();
  for (const auto& [name, value] : dimensions) json.push_back({name, value});
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

DimensionList parseDimensions(std::string_view text) {
  DimensionList dimensions;
  Json json = Json::parse(text, nullptr, false);
  for (const Json& pair : json) dimensions.emplace_back(pair.at(0), pair.at(1));
  return dimensions;
}

SqlValue valuesText(const Samples& samples) {
  if (!samples.complete) return std::monostate();
  Json json = Json::array();
  for (const auto& [value, count] : samples.values) json.push_back({value, count});
  return json.dump();
}

Samples samplesOf(const Row& row, int first) {
  Samples samples;
  samples.count = row.real(first);
  samples.sum = row.real(first + 1);
  samples.minimum = row.real(first + 2);
  samples.maximum = row.real(first + 3);
  samples.complete = !row.isNull(first + 4);
  if (!samples.complete) return samples;
  Json json = Json::parse(row.text(first + 4), nullptr, false);
  for (const Json& pair : json) samples.values[pair.at(0)] = pair.at(1);
  return samples;
}

Result<int64_t> touch(Connection& connection, const MetricKey& key, int64_t nowMillis) {
  int64_t id = 0;
  TRY(connection.query(
      "INSERT INTO metric (account, region, namespace, name, dimensions, last) "
      "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET last = excluded.last RETURNING id",
      {key.account, key.region, key.metricNamespace, key.name, dimensionText(key.dimensions),
       nowMillis},
      [&](const Row& row) { id = row.integer(0); }));
  return id;
}

Status merge(Connection& connection, int64_t metric, int64_t resolution, const NewPoint& point) {
  constexpr int64_t kMillis = 1000;
  int64_t seconds = point.timeMillis / kMillis;
  int64_t time = seconds - seconds % resolution;
  Samples samples;
  TRY(
      connection.query("SELECT count, sum, minimum, maximum, sample_values FROM point "
                       "WHERE metric = ? AND resolution = ? AND time = ? AND unit = ?",
                       {metric, resolution, time, point.unit},
                       [&](const Row& row) { samples = samplesOf(row, 0); }));
  samples.add(point.samples);
  return connection.run(
      "INSERT OR REPLACE INTO point (metric, resolution, time, unit, count, sum, minimum, maximum, "
      "sample_values) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {metric, resolution, time, point.unit, samples.count, samples.sum, samples.minimum,
       samples.maximum, valuesText(samples)});
}

}  // namespace

void Samples::add(double value, double times) {
  Samples one;
  one.count = times;
  one.sum = value * times;
  one.minimum = one.maximum = value;
  one.values[value] = times;
  add(one);
}

void Samples::add(const Samples& other) {
  if (other.count == 0) return;
  minimum = count == 0 ? other.minimum : std::min(minimum, other.minimum);
  maximum = count == 0 ? other.maximum : std::max(maximum, other.maximum);
  count += other.count;
  sum += other.sum;
  for (const auto& [value, times] : other.values) values[value] += times;
  complete = complete && other.complete && values.size() <= kMaxValues;
  if (!complete) values.clear();
}

Result<std::unique_ptr<MetricStore>> MetricStore::open(const std::string& directory) {
  auto database = TRY(Database::open(directory + "/metrics.sqlite", kMigrations));
  return std::unique_ptr<MetricStore>(new MetricStore(std::move(database)));
}

Status MetricStore::append(const std::vector<NewPoint>& points, int64_t nowMillis) {
  return database_->write([&](Connection& connection) -> Status {
    for (const NewPoint& point : points) {
      int64_t metric = TRY(touch(connection, point.metric, nowMillis));
      for (const Resolution& resolution : kResolutions) {
        if (resolution.seconds == 1 && !point.highResolution) continue;
        TRY(merge(connection, metric, resolution.seconds, point));
      }
    }
    return {};
  });
}

Result<std::vector<MetricRecord>> MetricStore::metrics(const std::string& account,
                                                       const std::string& region,
                                                       const std::string& metricNamespace) {
  std::vector<MetricRecord> records;
  TRY(database_->read([&](Connection& connection) {
    return connection.query(
        "SELECT id, namespace, name, dimensions, last FROM metric WHERE account = ? AND "
        "region = ? AND (? = '' OR namespace = ?) ORDER BY namespace, name, dimensions",
        {account, region, metricNamespace, metricNamespace}, [&](const Row& row) {
          records.push_back({row.integer(0),
                             {account, region, std::string(row.text(1)), std::string(row.text(2)),
                              parseDimensions(row.text(3))},
                             row.integer(4)});
        });
  }));
  return records;
}

Result<std::vector<Point>> MetricStore::points(const MetricKey& metric, int64_t resolutionSeconds,
                                               int64_t fromSeconds, int64_t toSeconds,
                                               const std::optional<std::string>& unit) {
  std::vector<Point> points;
  TRY(database_->read([&](Connection& connection) {
    return connection.query(
        "SELECT p.time, p.unit, p.count, p.sum, p.minimum, p.maximum, p.sample_values "
        "FROM metric m JOIN point p ON p.metric = m.id WHERE m.account = ? AND m.region = ? AND "
        "m.namespace = ? AND m.name = ? AND m.dimensions = ? AND p.resolution = ? AND "
        "p.time >= ? AND p.time < ? AND (? = '' OR p.unit = ?) ORDER BY p.time, p.unit",
        {metric.account, metric.region, metric.metricNamespace, metric.name,
         dimensionText(metric.dimensions), resolutionSeconds, fromSeconds, toSeconds,
         unit.value_or(""), unit.value_or("")},
        [&](const Row& row) {
          points.push_back({row.integer(0), std::string(row.text(1)), samplesOf(row, 2)});
        });
  }));
  return points;
}

Status MetricStore::deleteOld(int64_t nowMillis) {
  constexpr int64_t kMillis = 1000;
  constexpr int64_t kDayMillis = 86'400'000;
  constexpr int64_t kListedDays = 455;
  return database_->write([&](Connection& connection) -> Status {
    for (const Resolution& resolution : kResolutions) {
      TRY(connection.run("DELETE FROM point WHERE resolution = ? AND time < ?",
                         {resolution.seconds, nowMillis / kMillis - resolution.keptSeconds}));
    }
    return connection.run("DELETE FROM metric WHERE last < ?",
                          {nowMillis - kListedDays * kDayMillis});
  });
}

}  // namespace millrace::cloudwatch
