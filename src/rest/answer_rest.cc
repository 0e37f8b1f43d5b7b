#include "rest/answer_rest.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

const char* stateOf(const JobProgress& progress) {
  if (progress.restarting) return "RESTARTING";
  return jobStatusName(progress.status);
}

std::string overview(const JobView& view) {
  JobProgress progress = view.job->progress();
  bool ended = progress.status != JobStatus::kRunning;
  Json job = {{"jid", view.job->id()},
              {"name", view.job->name()},
              {"state", stateOf(progress)},
              {"start-time", progress.startTimeMillis},
              {"end-time", ended ? progress.startTimeMillis + progress.elapsedMillis : -1},
              {"duration", progress.elapsedMillis}};
  Json json = {{"jobs", Json::array({std::move(job)})}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<std::string> answerRest(const JobView& view, const std::string& path) {
  std::string_view plain = std::string_view(path).substr(0, path.find('?'));
  if (plain == "/jobs/overview") return overview(view);
  if (plain == fmt::format("/jobs/{}/plan", view.job->id())) {
    return fmt::format("{{\"plan\":{}}}", jobPlanJson(view));
  }
  return Error(ErrorKind::kNotFound, fmt::format("the monitoring REST has no '{}'", plain));
}

}  // namespace millrace
