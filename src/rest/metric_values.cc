#include "rest/metric_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <set>

#include "rest/io_metrics.h"

namespace millrace {

namespace {

constexpr double kMillisPerSecond = 1000;
constexpr double kNanosPerSecond = 1e9;

template <typename T>
std::string text(const T& value) {
  return fmt::format("{}", value);
}

// What Flink leaves of a name in its metrics.
std::string metricName(std::string name) {
  for (char& c : name) {
    if (c == ' ' || c == '.' || c == ':' || c == ',') c = '_';
  }
  return name;
}

double ratePerSecond(const RestQuestion& question, uint64_t before, uint64_t now) {
  int64_t nanos = question.view().latest.nanos - question.view().before.nanos;
  if (nanos <= 0 || now < before) return 0;
  return static_cast<double>(now - before) * kNanosPerSecond / static_cast<double>(nanos);
}

struct Rates {
  double recordsIn = 0;
  double recordsOut = 0;
  double bytesIn = 0;
  double bytesOut = 0;
};

Rates subtaskRates(const RestQuestion& question, uint32_t task, uint32_t subtask) {
  const JobProgress& before = question.view().before.progress;
  if (before.operators.empty()) return {};
  SubtaskIo old = subtaskIo(question, before, task, subtask);
  SubtaskIo now = subtaskIo(question, question.view().latest.progress, task, subtask);
  return {ratePerSecond(question, old.readRecords, now.readRecords),
          ratePerSecond(question, old.writeRecords, now.writeRecords),
          ratePerSecond(question, old.readBytes, now.readBytes),
          ratePerSecond(question, old.writeBytes, now.writeBytes)};
}

void addOperator(const RestQuestion& question, uint32_t node, uint32_t subtask,
                 MetricValues& values) {
  const OperatorSubtaskProgress& now = question.progress().operators[node].subtasks[subtask];
  std::string prefix = metricName(question.graph().nodes[node].name) + ".";
  values[prefix + "numRecordsIn"] = text(now.recordsIn);
  values[prefix + "numRecordsOut"] = text(now.recordsOut);
  const std::vector<OperatorProgress>& before = question.view().before.progress.operators;
  if (!before.empty()) {
    const OperatorSubtaskProgress& old = before[node].subtasks[subtask];
    const OperatorSubtaskProgress& latest =
        question.view().latest.progress.operators[node].subtasks[subtask];
    values[prefix + "numRecordsInPerSecond"] =
        text(ratePerSecond(question, old.recordsIn, latest.recordsIn));
    values[prefix + "numRecordsOutPerSecond"] =
        text(ratePerSecond(question, old.recordsOut, latest.recordsOut));
  }
  if (!question.graph().nodes[node].inputs.empty()) {
    values[prefix + "currentInputWatermark"] = text(inputWatermark(question, node, subtask));
    values[prefix + "numLateRecordsDropped"] = text(now.lateRecordsDropped);
  }
  values[prefix + "currentOutputWatermark"] = text(outputWatermark(question, node, subtask));
}

std::set<std::string> askedNames(const std::string& list) {
  std::set<std::string> names;
  for (size_t begin = 0; begin < list.size();) {
    size_t end = std::min(list.find(',', begin), list.size());
    names.insert(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

// Numbers of those that have it.
std::vector<double> numbersOf(const std::vector<MetricValues>& all, const std::string& name) {
  std::vector<double> numbers;
  for (const MetricValues& values : all) {
    auto found = values.find(name);
    if (found == values.end()) continue;
    char* end = nullptr;
    double number = std::strtod(found->second.c_str(), &end);
    if (end != found->second.c_str()) numbers.push_back(number);
  }
  return numbers;
}

// How unequal they are: the average distance from the average, in percent of it.
double skewPercent(const std::vector<double>& numbers) {
  constexpr double kPercent = 100;
  auto count = static_cast<double>(numbers.size());
  double average = std::accumulate(numbers.begin(), numbers.end(), 0.0) / count;
  if (average == 0) return 0;
  double distance = 0;
  for (double number : numbers) distance += std::abs(average - number);
  return std::min(distance / count / average * kPercent, kPercent);
}

}  // namespace

MetricValues jobMetricValues(const RestQuestion& question) {
  const JobProgress& progress = question.progress();
  const CheckpointHistory& history = progress.checkpoints;
  const std::map<std::string, int64_t>& since = question.view().stateMillis;
  auto inState = [&](const char* state) {
    auto found = since.find(state);
    return found == since.end() ? int64_t{0} : question.now() - found->second;
  };
  bool runs = question.jobState() == "RUNNING";
  bool restarts = question.jobState() == "RESTARTING";
  MetricValues values = {
      {"numRestarts", text(question.view().priorRestarts + progress.numRestarts)},
      {"uptime", text(question.hasEnded() ? -1
                      : runs              ? inState("RUNNING")
                                          : 0)},
      {"downtime", text(question.hasEnded() ? -1
                        : restarts          ? inState("RESTARTING")
                                            : 0)},
      {"numberOfCompletedCheckpoints", text(history.counts.completed)},
      {"numberOfFailedCheckpoints", text(history.counts.failed)},
      {"numberOfInProgressCheckpoints", text(history.counts.inProgress)},
      {"totalNumberOfCheckpoints", text(history.counts.triggered)}};
  // Flink's -1: there was none yet.
  const std::optional<CheckpointStatistics>& last = history.latestCompleted;
  values["lastCheckpointDuration"] = last ? text(last->endToEndDurationMillis) : "-1";
  values["lastCheckpointSize"] = last ? text(last->checkpointedBytes) : "-1";
  values["lastCheckpointFullSize"] = values["lastCheckpointSize"];
  values["lastCompletedCheckpointId"] = last ? text(last->id) : "-1";
  values["lastCheckpointExternalPath"] = last ? last->externalPath : "n/a";
  values["lastCheckpointRestoreTimestamp"] =
      history.latestRestored ? text(history.latestRestored->restoreTimestampMillis) : "-1";
  return values;
}

MetricValues subtaskMetricValues(const RestQuestion& question, uint32_t task, uint32_t subtask) {
  SubtaskIo io = subtaskIo(question, task, subtask);
  Rates rates = subtaskRates(question, task, subtask);
  TimeShares shares = timeShares(question, task, subtask);
  MetricValues values = {
      {"numRecordsIn", text(io.readRecords)},
      {"numRecordsOut", text(io.writeRecords)},
      {"numBytesIn", text(io.readBytes)},
      {"numBytesOut", text(io.writeBytes)},
      {"numRecordsInPerSecond", text(rates.recordsIn)},
      {"numRecordsOutPerSecond", text(rates.recordsOut)},
      {"numBytesInPerSecond", text(rates.bytesIn)},
      {"numBytesOutPerSecond", text(rates.bytesOut)},
      {"busyTimeMsPerSecond", text(shares.busy * kMillisPerSecond)},
      {"backPressuredTimeMsPerSecond", text(shares.backpressured * kMillisPerSecond)},
      {"idleTimeMsPerSecond", text(shares.idle * kMillisPerSecond)},
      {"accumulateBusyTimeMs", text(io.busyMillis)},
      {"accumulateBackPressuredTimeMs", text(io.backpressuredMillis)},
      {"accumulateIdleTimeMs", text(io.idleMillis)}};
  const std::vector<uint32_t>& nodes = question.plan().tasks[task].nodes;
  if (!question.graph().nodes[nodes[0]].inputs.empty()) {
    values["currentInputWatermark"] = text(inputWatermark(question, nodes[0], subtask));
  }
  for (uint32_t node : nodes) addOperator(question, node, subtask, values);
  return values;
}

MetricValues workerMetricValues(const RestQuestion& question) {
  constexpr int64_t kNanosPerMicro = 1000;
  const WorkerView& worker = question.view().worker;
  uint64_t managed = 0;
  for (const OperatorProgress& op : question.progress().operators) managed += op.stateBytes;
  return {{"Status.JVM.CPU.Time", text(worker.cpuMicros * kNanosPerMicro)},
          {"Status.JVM.Threads.Count", text(worker.numThreads)},
          {"Status.JVM.Memory.Heap.Used", text(worker.residentBytes)},
          {"Status.JVM.Memory.Heap.Committed", text(worker.residentBytes)},
          {"Status.JVM.Memory.Heap.Max", text(worker.memoryLimitBytes)},
          {"Status.Flink.Memory.Managed.Used", text(managed)},
          {"Status.Flink.Memory.Managed.Total", text(question.view().options.stateMemoryBudget)}};
}

RestJson metricsAnswer(const RestQuestion& question, const MetricValues& values) {
  RestJson json = RestJson::array();
  std::string get = question.query("get");
  if (get.empty()) {
    for (const auto& [name, value] : values) json.push_back({{"id", name}});
    return json;
  }
  for (const std::string& name : askedNames(get)) {
    auto found = values.find(name);
    if (found != values.end()) json.push_back({{"id", name}, {"value", found->second}});
  }
  return json;
}

RestJson aggregatedAnswer(const RestQuestion& question, const std::vector<MetricValues>& all) {
  RestJson json = RestJson::array();
  std::string get = question.query("get");
  if (get.empty()) {
    std::set<std::string> names;
    for (const MetricValues& values : all) {
      for (const auto& [name, value] : values) names.insert(name);
    }
    for (const std::string& name : names) json.push_back({{"id", name}});
    return json;
  }
  std::set<std::string> wanted = askedNames(question.query("agg"));
  for (const std::string& name : askedNames(get)) {
    std::vector<double> numbers = numbersOf(all, name);
    if (numbers.empty()) continue;
    double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
    RestJson entry = {{"id", name}};
    auto add = [&](const char* aggregate, double value) {
      if (wanted.empty() || wanted.contains(aggregate)) entry[aggregate] = value;
    };
    add("min", *std::min_element(numbers.begin(), numbers.end()));
    add("max", *std::max_element(numbers.begin(), numbers.end()));
    add("avg", sum / static_cast<double>(numbers.size()));
    add("sum", sum);
    add("skew", skewPercent(numbers));
    json.push_back(std::move(entry));
  }
  return json;
}

}  // namespace millrace
