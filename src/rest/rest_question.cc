#include "rest/rest_question.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "rest/vertex_id.h"

namespace millrace {

const std::vector<std::string> kSubtaskStates = {
    "CREATED",   "SCHEDULED", "DEPLOYING", "RUNNING",     "FINISHED",
    "CANCELING", "CANCELED",  "FAILED",    "RECONCILING", "INITIALIZING"};

namespace {

constexpr size_t kIdLength = 32;
// The class of the exception stands in front of Flink's texts.
const std::string kNotFoundClass = "org.apache.flink.runtime.rest.NotFoundException: ";

bool isId(const std::string& text) {
  return text.size() == kIdLength &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

Error notAnId(const char* parameter, const std::string& value) {
  return Error(ErrorKind::kInvalidArgument,
               fmt::format("org.apache.flink.runtime.rest.handler.RestHandlerException: Bad "
                           "request, could not parse parameters: Cannot resolve path parameter "
                           "({}) from value \"{}\".",
                           parameter, value));
}

std::string unescaped(std::string_view text) {
  constexpr int kHex = 16;
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    bool escape = text[i] == '%' && i + 2 < text.size() && hexDigit(text[i + 1]) >= 0 &&
                  hexDigit(text[i + 2]) >= 0;
    if (escape) {
      out += static_cast<char>(hexDigit(text[i + 1]) * kHex + hexDigit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> parsedQuery(std::string_view query) {
  std::map<std::string, std::string> parameters;
  while (!query.empty()) {
    size_t end = std::min(query.find('&'), query.size());
    std::string_view each = query.substr(0, end);
    size_t equals = std::min(each.find('='), each.size());
    std::string_view value = equals < each.size() ? each.substr(equals + 1) : std::string_view();
    parameters.emplace(unescaped(each.substr(0, equals)), unescaped(value));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return parameters;
}

}  // namespace

RestQuestion::RestQuestion(const JobView& view, std::vector<std::string> parameters,
                           const std::string& query)
    : view_(view),
      parameters_(std::move(parameters)),
      query_(parsedQuery(query)),
      progress_(view.job->progress()),
      plan_(planTasks(*view.graph)) {}

std::string RestQuestion::query(const std::string& name) const {
  auto found = query_.find(name);
  return found == query_.end() ? std::string() : found->second;
}

std::string RestQuestion::jobState() const {
  if (!hasEnded()) return progress_.restarting ? "RESTARTING" : "RUNNING";
  // As in Flink, a job that was stopped with a savepoint is one that has finished.
  if (progress_.status == JobStatus::kFailed) return "FAILED";
  return progress_.status == JobStatus::kCancelled ? "CANCELED" : "FINISHED";
}

int64_t RestQuestion::endMillis() const {
  return hasEnded() ? progress_.startTimeMillis + progress_.elapsedMillis : -1;
}

std::string RestQuestion::taskId(uint32_t task) const {
  return vertexId(graph().nodes[plan_.tasks[task].nodes[0]].id);
}

std::string RestQuestion::taskName(uint32_t task) const {
  std::string name;
  for (uint32_t node : plan_.tasks[task].nodes) {
    name += (name.empty() ? "" : " -> ") + graph().nodes[node].name;
  }
  return name;
}

std::string RestQuestion::subtaskState(uint32_t task, uint32_t subtask) const {
  TaskStatus status = progress_.tasks[task].subtasks[subtask].status;
  if (status == TaskStatus::kFinished) return "FINISHED";
  if (hasEnded()) return jobState();
  return status == TaskStatus::kRunning ? "RUNNING" : "SCHEDULED";
}

int64_t RestQuestion::subtaskEndMillis(uint32_t task, uint32_t subtask) const {
  int64_t end = progress_.tasks[task].subtasks[subtask].endMillis;
  return end != 0 ? end : endMillis();
}

int64_t RestQuestion::subtaskDuration(uint32_t task, uint32_t subtask) const {
  int64_t end = subtaskEndMillis(task, subtask);
  return std::max<int64_t>(0, (end < 0 ? now() : end) - progress_.tasks[task].startMillis);
}

std::map<std::string, int64_t> RestQuestion::stateCounts(uint32_t task) const {
  std::map<std::string, int64_t> counts;
  for (const std::string& state : kSubtaskStates) counts[state] = 0;
  for (uint32_t i = 0; i < progress_.tasks[task].subtasks.size(); ++i) {
    ++counts[subtaskState(task, i)];
  }
  return counts;
}

std::string RestQuestion::taskState(uint32_t task) const {
  std::map<std::string, int64_t> counts = stateCounts(task);
  for (const char* state : {"FAILED", "CANCELED", "SCHEDULED", "RUNNING"}) {
    if (counts[state] > 0) return state;
  }
  return "FINISHED";
}

Result<uint32_t> RestQuestion::task(size_t parameter) const {
  const std::string& id = parameters_[parameter];
  if (!isId(id)) return notAnId("vertexid", id);
  for (uint32_t task = 0; task < plan_.tasks.size(); ++task) {
    if (taskId(task) == id) return task;
  }
  return Error(ErrorKind::kNotFound, kNotFoundClass + fmt::format("JobVertex {} not found", id));
}

Result<uint32_t> RestQuestion::subtask(uint32_t task, size_t parameter) const {
  const std::string& text = parameters_[parameter];
  uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return notAnId("subtaskindex", text);
  }
  if (number < plan_.tasks[task].parallelism) return number;
  return Error(ErrorKind::kNotFound, fmt::format("Invalid subtask index for vertex {}", text));
}

Status RestQuestion::checkJob() const {
  const std::string& id = parameters_[0];
  if (!isId(id)) return notAnId("jobid", id);
  if (id == view_.job->id()) return {};
  return Error(ErrorKind::kNotFound, kNotFoundClass + fmt::format("Job {} not found", id));
}

Status RestQuestion::checkWorker() const {
  if (parameters_[0] == view_.worker.id) return {};
  return Error(ErrorKind::kNotFound, fmt::format("TaskExecutor {} not found", parameters_[0]));
}

}  // namespace millrace
