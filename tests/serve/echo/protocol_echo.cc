// Serves every operation of the models without doing anything: the answer is what the request's
// X-Echo-Output says (JSON with the names of the model, base64), and GET /input tells how the last
// request was understood. Prints its port and ends with its standard input.
//
// GET /patterns lists the patterns of the models that cannot be compiled.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "aws/model/base64.h"
#include "aws/model/pattern.h"
#include "aws/protocol/json_values.h"
#include "aws/server/dispatcher.h"
#include "aws/server/service.h"
#include "echo/cloudwatch.h"
#include "echo/iam.h"
#include "echo/kinesis.h"
#include "echo/kinesisanalyticsv2.h"
#include "echo/logs.h"
#include "echo/s3.h"
#include "echo/sts.h"
#include "env/env.h"
#include "server/http_server.h"

namespace millrace {

namespace {

using Json = nlohmann::json;

constexpr size_t kStreamLimit = 1 << 20;

Document fromJson(const ShapeModel& shape, const Json& json);

Document::Object membersFromJson(const ShapeModel& shape, const Json& json) {
  Document::Object object;
  for (const auto& [name, value] : json.items()) {
    const MemberModel* member = shape.type == ShapeType::kMap ? &shape.value() : shape.find(name);
    if (member != nullptr) object.emplace_back(name, fromJson(*member->shape, value));
  }
  return object;
}

Document fromJson(const ShapeModel& shape, const Json& json) {
  switch (shape.type) {
    case ShapeType::kStructure:
    case ShapeType::kMap:
      return membersFromJson(shape, json);
    case ShapeType::kList: {
      Document::List list;
      for (const Json& element : json) list.push_back(fromJson(*shape.element().shape, element));
      return list;
    }
    case ShapeType::kString:
      return json.get<std::string>();
    case ShapeType::kBoolean:
      return json.get<bool>();
    case ShapeType::kInteger:
    case ShapeType::kLong:
      return json.get<int64_t>();
    case ShapeType::kFloat:
    case ShapeType::kDouble:
      return json.get<double>();
    case ShapeType::kTimestamp:
      return Timestamp{std::llround(json.get<double>() * 1000)};
    case ShapeType::kBlob:
      return Blob{base64Decode(json.get<std::string>()).value_or("")};
  }
  return {};
}

class Echo final : public Service {
 public:
  Echo(const ServiceModel& model, std::string& last)
      : Service(model, makeBindings(model)), last_(last) {}

  Outcome<void> validate(const RequestContext&, const Document&) override { return {}; }

  Outcome<Document> answer(Document& input, RequestContext& context) {
    if (auto* object = input.as<Document::Object>()) {
      for (auto& [name, value] : *object) {
        auto* stream = value.as<BodyReaderPtr>();
        if (stream == nullptr) continue;
        std::string bytes = TRY(readAll(**stream, kStreamLimit));
        value = Blob{std::move(bytes)};
      }
    }
    last_ = encodePlainJson(input);
    std::string text = base64Decode(context.http.headers.get("X-Echo-Output")).value_or("");
    if (text.empty() || context.operation.output == nullptr) return Document(Document::Object());
    Document output = fromJson(*context.operation.output, Json::parse(text));
    if (context.operation.streamsOutput) streamPayload(*context.operation.output, output);
    return output;
  }

 private:
  static void streamPayload(const ShapeModel& shape, Document& output) {
    Document* payload = output.find(shape.payload);
    auto* blob = payload == nullptr ? nullptr : payload->as<Blob>();
    if (blob != nullptr) *payload = bodyFromString(std::move(blob->bytes));
  }

  static std::span<const OperationBinding> makeBindings(const ServiceModel& model) {
    auto* bindings = new std::vector<OperationBinding>();  // for ever, as the generated ones
    for (const OperationModel& operation : model.operations) {
      bindings->push_back(
          {operation.name, [](Service& service, Document& input, RequestContext& context) {
             return static_cast<Echo&>(service).answer(input, context);
           }});
    }
    return *bindings;
  }

  std::string& last_;
};

void addPatternProblems(const ServiceModel& model, Json& problems) {
  std::vector<const ShapeModel*> seen;
  std::function<void(const ShapeModel&)> visit = [&](const ShapeModel& shape) {
    if (std::find(seen.begin(), seen.end(), &shape) != seen.end()) return;
    seen.push_back(&shape);
    std::string problem = shape.pattern.empty() ? "" : patternProblem(shape.pattern);
    if (!problem.empty()) problems[std::string(shape.pattern)] = problem;
    for (const MemberModel& member : shape.members) visit(*member.shape);
  };
  for (const OperationModel& operation : model.operations) {
    if (operation.input != nullptr) visit(*operation.input);
  }
}

class Front final : public HttpHandler {
 public:
  Front(HttpHandler& api, std::string& last, std::string patterns)
      : api_(api), last_(last), patterns_(std::move(patterns)) {}

  BodyPolicy bodyPolicy(const HttpRequest& head) override { return api_.bodyPolicy(head); }
  HttpResponse handle(HttpRequest& request) override {
    if (request.path == "/input") return textResponse(200, last_);
    if (request.path == "/patterns") return textResponse(200, patterns_);
    return api_.handle(request);
  }

 private:
  HttpHandler& api_;
  std::string& last_;
  std::string patterns_;
};

class Open final : public Authorizer {
 public:
  Outcome<void> authorize(const Principal&, const AccessRequest&) override { return {}; }
};

int serve() {
  std::string last;
  Open authorizer;
  Json problems = Json::object();
  std::vector<std::unique_ptr<Echo>> echoes;
  std::vector<Service*> services;
  for (const ServiceModel* model : {&echo_cloudwatch::kModel, &echo_iam::kModel,
                                    &echo_kinesis::kModel, &echo_kinesisanalyticsv2::kModel,
                                    &echo_logs::kModel, &echo_s3::kModel, &echo_sts::kModel}) {
    echoes.push_back(std::make_unique<Echo>(*model, last));
    services.push_back(echoes.back().get());
    addPatternProblems(*model, problems);
  }
  DispatcherOptions options;
  options.authentication = false;
  auto api = makeDispatcher(realEnv(), std::move(services), {}, authorizer, std::move(options));
  Front front(*api, last, problems.dump());
  HttpServerOptions serverOptions;
  serverOptions.headerLimit = 4 << 20;  // outputs travel in the header
  auto server = HttpServer::start(front, realEnv(), std::move(serverOptions));
  if (!server.ok()) return 1;
  std::printf("%d\n", server.value()->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  return 0;
}

}  // namespace

}  // namespace millrace

int main() { return millrace::serve(); }
