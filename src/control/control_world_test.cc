#include "control/control_world.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "aws/model/generated/kinesisanalyticsv2/service.h"
#include "database/database.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using Json = nlohmann::ordered_json;

// Timestamps are milliseconds here; no more than the operations' inputs need.
Document toDocument(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    Document::List list;
    for (const Json& element : json) list.push_back(toDocument(element));
    return list;
  }
  if (!json.is_object()) return {};
  Document::Object object;
  for (const auto& [name, value] : json.items()) {
    bool isTime = name == "CreateTimestamp" || name == "SnapshotCreationTimestamp";
    object.emplace_back(name,
                        isTime ? Document(Timestamp{value.get<int64_t>()}) : toDocument(value));
  }
  return object;
}

Json toJson(const Document& document) {
  if (const auto* value = document.as<bool>()) return *value;
  if (const auto* value = document.as<int64_t>()) return *value;
  if (const auto* value = document.as<double>()) return *value;
  if (const auto* value = document.as<std::string>()) return *value;
  if (const auto* value = document.as<Timestamp>()) return value->millis;
  if (const auto* list = document.as<Document::List>()) {
    Json json = Json::array();
    for (const Document& element : *list) json.push_back(toJson(element));
    return json;
  }
  Json json = Json::object();
  if (const auto* object = document.as<Document::Object>()) {
    for (const auto& [name, value] : *object) json.emplace(name, toJson(value));
  }
  return json;
}

// A file in the directory; on the server that MILLRACE_TEST_STORE names (postgresql://...), a
// schema called as the directory.
std::string storeLocation(const std::string& directory) {
  const char* server = std::getenv("MILLRACE_TEST_STORE");
  if (server == nullptr) return directory + "/control.sqlite";
  std::string name = std::filesystem::path(directory).filename().string();
  auto database = Database::open(server, {});
  CHECK(database.ok(), database.error().describe());
  Status made = database.value()->write([&](Connection& connection) {
    return connection.run(fmt::format("CREATE SCHEMA \"{}\"", name));
  });
  CHECK(made.ok(), made.error().describe());
  std::string separator = std::string_view(server).find('?') == std::string_view::npos ? "?" : "&";
  return fmt::format("{}{}options=-csearch_path%3D%22{}%22", server, separator, name);
}

}  // namespace

ControlWorld::ControlWorld(uint64_t seed) : env(seed) {
  script = [](ScriptedEngine::Command, JobId) { return ScriptedAnswer(); };
  std::string pattern = (std::filesystem::temp_directory_path() / "control-XXXXXX").string();
  CHECK(mkdtemp(pattern.data()) != nullptr, pattern);
  directory_ = pattern;
  auto store = openStore(storeLocation(directory_));
  CHECK(store.ok(), store.error().describe());
  store_ = std::move(store).value();
  engine_ = std::make_unique<ScriptedEngine>(
      env, [this](ScriptedEngine::Command command, JobId job) { return script(command, job); });
  open();
}

ControlWorld::~ControlWorld() {
  service_.reset();
  lifecycle_.reset();
  store_.reset();
  std::filesystem::remove_all(directory_);
}

void ControlWorld::open() {
  LifecycleOptions options;
  options.arnPrefix = "arn:aws:kinesisanalytics:us-east-1:123456789012:application/";
  options.onTrouble = [](const std::string& text) { ADD_FAILURE() << text; };
  lifecycle_ = std::make_unique<Lifecycle>(env, *store_, *engine_, options);
  autoscaler_ = std::make_unique<Autoscaler>(env, *store_, *engine_, *lifecycle_, quotas);
  service_ =
      std::make_unique<Service>(ServiceParts{env, *store_, *engine_, *lifecycle_, "us-east-1",
                                             "123456789012", quotas, nullptr, nullptr, nullptr});
  Status recovered = lifecycle_->recover();
  CHECK(recovered.ok());
}

void ControlWorld::restart() {
  engine_->loseAnswers();
  service_.reset();
  autoscaler_.reset();
  lifecycle_.reset();
  open();
}

std::string ControlWorld::call(const std::string& operation, const std::string& json) {
  const OperationModel* model = kModel.findOperation(operation);
  CHECK(model != nullptr, operation);
  HttpRequest http;
  http.headers.add("Host", "localhost:4566");
  RequestContext context{kModel, *model,         env,         authorizer_, http,
                         {},     "123456789012", "us-east-1", "request",   {}};
  for (const OperationBinding& binding : service_->bindings()) {
    if (binding.operation != operation) continue;
    Document input = toDocument(Json::parse(json));
    Outcome<Document> outcome = binding.invoke(*service_, input, context);
    if (outcome.ok()) return toJson(outcome.value()).dump();
    lastMessage_ = outcome.error().message() + outcome.error().cause();
    return outcome.error().code();
  }
  return "no binding";
}

std::string ControlWorld::mustCall(const std::string& operation, const std::string& json) {
  lastMessage_.clear();
  std::string answer = call(operation, json);
  EXPECT_TRUE(answer.starts_with("{")) << operation << json << ": " << answer << lastMessage_;
  return answer;
}

void ControlWorld::pass(int64_t millis) {
  int64_t end = env.clock().nowMillis() + millis;
  for (;;) {
    int64_t due = std::min(end, autoscaler_->step());
    if (std::optional<int64_t> deadline = lifecycle_->step()) due = std::min(due, *deadline);
    if (std::optional<int64_t> next = engine_->nextMillis()) due = std::min(due, *next);
    if (due > env.clock().nowMillis()) {
      env.simClock().advanceToMillis(due);
    } else if (due >= end) {
      return;
    }
    engine_->answer();
  }
}

std::string ControlWorld::status(const std::string& name) {
  std::string answer =
      call("DescribeApplication", fmt::format(R"({{"ApplicationName":"{}"}})", name));
  if (!answer.starts_with("{")) return "";
  return Json::parse(answer)["ApplicationDetail"]["ApplicationStatus"];
}

int64_t ControlWorld::version(const std::string& name) {
  std::string answer =
      mustCall("DescribeApplication", fmt::format(R"({{"ApplicationName":"{}"}})", name));
  return Json::parse(answer)["ApplicationDetail"]["ApplicationVersionId"];
}

std::string ControlWorld::newestOperation(const std::string& name) {
  Json list = Json::parse(
      mustCall("ListApplicationOperations", fmt::format(R"({{"ApplicationName":"{}"}})", name)));
  if (list["ApplicationOperationInfoList"].empty()) return "";
  std::string id = list["ApplicationOperationInfoList"][0]["OperationId"];
  Json details = Json::parse(
      mustCall("DescribeApplicationOperation",
               fmt::format(R"({{"ApplicationName":"{}","OperationId":"{}"}})", name, id)));
  Json& info = details["ApplicationOperationInfoDetails"];
  std::string text =
      info["Operation"].get<std::string>() + " " + info["OperationStatus"].get<std::string>();
  if (info.contains("OperationFailureDetails")) {
    text += " " + info["OperationFailureDetails"]["ErrorInfo"]["ErrorString"].get<std::string>();
  }
  return text;
}

void ControlWorld::createApplication(const std::string& name, const std::string& configuration) {
  mustCall("CreateApplication",
           fmt::format(R"({{"ApplicationName":"{}","RuntimeEnvironment":"FLINK-1_20",)"
                       R"("ServiceExecutionRole":"arn:aws:iam::123456789012:role/r",)"
                       R"("ApplicationConfiguration":{}}})",
                       name, configuration));
}

void ControlWorld::runApplication(const std::string& name, const std::string& configuration) {
  createApplication(name, configuration);
  mustCall("StartApplication", fmt::format(R"({{"ApplicationName":"{}"}})", name));
  pass(1000);
  EXPECT_EQ(status(name), "RUNNING");
}

}  // namespace millrace::kinesisanalyticsv2
