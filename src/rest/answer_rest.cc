#include "rest/answer_rest.h"

#include <fmt/format.h>

#include "rest/rest_question.h"

namespace millrace {

namespace {

const std::vector<RestRoute>& allRoutes() {
  static const std::vector<RestRoute> routes = [] {
    std::vector<RestRoute> all;
    for (auto* each : {jobRoutes, vertexRoutes, checkpointRoutes, clusterRoutes, metricRoutes}) {
      for (const RestRoute& route : each()) all.push_back(route);
    }
    return all;
  }();
  return routes;
}

std::vector<std::string> segmentsOf(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

// Whether the path is of the pattern; its parameters are added. What is written out in the pattern
// goes before parameters: "/taskmanagers/metrics" is no task manager.
bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path,
             std::vector<std::string>& parameters) {
  if (pattern.size() != path.size()) return false;
  parameters.clear();
  for (size_t i = 0; i < path.size(); ++i) {
    if (pattern[i].starts_with(':')) {
      parameters.push_back(path[i]);
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

const RestRoute* routeOf(const std::vector<std::string>& path,
                         std::vector<std::string>& parameters) {
  const RestRoute* best = nullptr;
  std::vector<std::string> found;
  for (const RestRoute& route : allRoutes()) {
    if (!matches(segmentsOf(route.pattern), path, found)) continue;
    if (best != nullptr && found.size() >= parameters.size()) continue;
    best = &route;
    parameters = found;
  }
  return best;
}

}  // namespace

Result<std::string> answerRest(const JobView& view, const std::string& path) {
  size_t end = std::min(path.find('?'), path.size());
  std::string plain = path.substr(0, end);
  while (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  // Flink's own clients name the version of the API, which a browser need not.
  if (plain.starts_with("/v1/")) plain.erase(0, std::string_view("/v1").size());
  std::vector<std::string> parameters;
  const RestRoute* route =
      plain.starts_with('/') ? routeOf(segmentsOf(plain), parameters) : nullptr;
  if (route == nullptr)
    return Error(ErrorKind::kNotFound, fmt::format("Unable to load requested file {}.", plain));
  RestQuestion question(view, std::move(parameters),
                        end < path.size() ? path.substr(end + 1) : std::string());
  if (std::string_view(route->pattern).starts_with("/jobs/:jobid")) TRY(question.checkJob());
  if (std::string_view(route->pattern).starts_with("/taskmanagers/:")) TRY(question.checkWorker());
  RestJson answer = TRY(route->answer(question));
  return answer.dump(-1, ' ', false, RestJson::error_handler_t::replace);
}

std::string jobPlanJson(const JobView& view) {
  return planOf(view).dump(-1, ' ', false, RestJson::error_handler_t::replace);
}

}  // namespace millrace
