#include "control/observability/dashboard_endpoint.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "control/store/transact.h"
#include "http/url.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using DashboardJson = nlohmann::ordered_json;

constexpr std::string_view kDashboardPrefix = "/flinkdashboard/";
constexpr std::string_view kTokenName = "authToken";

HttpResponse dashboardError(int status, const std::string& text) {
  DashboardJson json = {{"errors", DashboardJson::array({text})}};
  return textResponse(status,
                      json.dump(-1, ' ', false, DashboardJson::error_handler_t::replace) + "\n",
                      "application/json; charset=UTF-8");
}

// "/flinkdashboard/orders/jobs/overview" is "/jobs/overview" of orders.
struct DashboardPath {
  std::string application;
  std::string rest;
};

DashboardPath splitDashboardPath(std::string_view path) {
  path.remove_prefix(kDashboardPrefix.size());
  size_t end = std::min(path.find('/'), path.size());
  return {percentDecode(path.substr(0, end)), std::string(path.substr(end))};
}

// "a=1; authToken=..."
std::string cookieToken(const HttpRequest& request) {
  for (const auto& [name, value] : request.headers) {
    if (name != "Cookie" && name != "cookie") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      size_t end = std::min(rest.find(';'), rest.size());
      std::string_view each = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      while (each.starts_with(' ')) each.remove_prefix(1);
      bool found = each.starts_with(kTokenName) && each.substr(kTokenName.size()).starts_with('=');
      if (found) return percentDecode(each.substr(kTokenName.size() + 1));
    }
  }
  return {};
}

// The query without the token, which is nobody's business behind this point.
std::string queryWithoutToken(const QueryParameters& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (name == kTokenName) continue;
    query += fmt::format("{}{}={}", query.empty() ? "?" : "&", percentEncode(name),
                         percentEncode(value));
  }
  return query;
}

int statusOf(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kNotFound:
      return 404;
    case ErrorKind::kInvalidArgument:
      return 400;
    default:
      return 503;
  }
}

// The first page: where to go on, for people; clients know the paths.
std::string startPage(const std::string& application) {
  std::string links;
  for (const char* path : {"overview", "jobs/overview", "config", "taskmanagers", "jobs/metrics"}) {
    links += fmt::format("<li><a href=\"{}\">/{}</a></li>\n", path, path);
  }
  return fmt::format(
      "<!doctype html>\n<title>{0}</title>\n<h1>{0}</h1>\n"
      "<p>The monitoring REST of Apache Flink, for this application:</p>\n<ul>\n{1}</ul>\n",
      application, links);
}

}  // namespace

bool DashboardEndpoint::owns(const HttpRequest& request) {
  // A bucket may be called so: a signed request is for it.
  return request.path.starts_with(kDashboardPrefix) && !request.headers.contains("Authorization") &&
         request.query.find("X-Amz-") == std::string::npos;
}

HttpResponse DashboardEndpoint::answer(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "HEAD") {
    return dashboardError(405,
                          "The monitoring REST is for reading; change an application through "
                          "the service's API.");
  }
  DashboardPath path = splitDashboardPath(request.path);
  QueryParameters parameters = parseQuery(request.query);
  const std::string* given = findParameter(parameters, kTokenName);
  std::string token = given != nullptr ? *given : cookieToken(request);
  std::optional<Application> application;
  Status read = service_.store().read([&](StoreReader& reader) -> Status {
    application = TRY(reader.findApplication(path.application));
    return {};
  });
  if (!read.ok()) return dashboardError(503, "The application cannot be looked up.");
  // Whoever has no token learns nothing of which applications there are.
  bool admitted =
      open_ || (application && service_.dashboardSessions().admit(token, application->id));
  if (!admitted) {
    return dashboardError(403,
                          "The URL is not valid, or not valid any more; ask for another with "
                          "CreateApplicationPresignedUrl.");
  }
  if (!application) {
    return dashboardError(404, fmt::format("There is no application '{}'.", path.application));
  }
  HttpResponse response;
  if (path.rest.empty() || path.rest == "/") {
    response = textResponse(200, startPage(path.application), "text/html; charset=utf-8");
  } else {
    Result<std::string> json = service_.engine().rest({application->id, application->job.attempt},
                                                      path.rest + queryWithoutToken(parameters));
    if (!json.ok()) return dashboardError(statusOf(json.error()), json.error().message());
    response = textResponse(200, json.value(), "application/json; charset=UTF-8");
  }
  response.headers.set("Cache-Control", "no-store");
  if (given != nullptr) {
    response.headers.set(
        "Set-Cookie",
        fmt::format("{}={}; Path={}{}/; HttpOnly; SameSite=Strict{}", kTokenName,
                    percentEncode(*given), kDashboardPrefix, percentEncode(path.application),
                    request.secure ? "; Secure" : ""));
  }
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
