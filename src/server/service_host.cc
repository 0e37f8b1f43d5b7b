#include "server/service_host.h"

#include <fmt/format.h>

#include <atomic>

#include "access/access_control.h"
#include "aws/client/client_context.h"
#include "aws/client/endpoint.h"
#include "aws/server/dispatcher.h"
#include "companions/cloudwatch/service.h"
#include "companions/companion.h"
#include "companions/logs/service.h"
#include "control/control_plane.h"
#include "control/native/native_engine.h"
#include "control/observability/dashboard_endpoint.h"
#include "control/observability/telemetry_delivery.h"
#include "server/application_access.h"
#include "server/companion_sinks.h"
#include "server/credentials_endpoint.h"
#include "server/data_directory.h"
#include "server/http_server.h"
#include "server/log_telemetry.h"
#include "server/remote_sinks.h"
#include "server/role_sessions.h"
#include "server/root_user.h"
#include "server/service_calls.h"
#include "server/service_endpoints.h"
#include "server/service_metrics.h"

namespace millrace {

namespace {

constexpr std::string_view kFault = "fault";  // settings: see aws/server/injected_faults.h
constexpr int64_t kGraceMillis = 10'000;
constexpr std::string_view kApplicationsPrefix = "applications.";
constexpr uint64_t kBodyLimit = 128 << 20;  // code of an application, 50 MiB, is sent as base64

// Everything is allowed: --auth off.
class OpenAuthorizer final : public Authorizer {
 public:
  Outcome<void> authorize(const Principal&, const AccessRequest&) override { return {}; }
};

// Health, metrics, the dashboard and the credentials of applications beside the API.
class FrontHandler final : public HttpHandler {
 public:
  FrontHandler(HttpHandler& api, CredentialsEndpoint& credentials,
               kinesisanalyticsv2::DashboardEndpoint& dashboard,
               std::function<std::string()> metrics)
      : api_(api), credentials_(credentials), dashboard_(dashboard), metrics_(std::move(metrics)) {}

  BodyPolicy bodyPolicy(const HttpRequest& head) override { return api_.bodyPolicy(head); }

  HttpResponse handle(HttpRequest& request) override {
    if (request.path == kCredentialsPath) return credentials_.answer(request);
    if (kinesisanalyticsv2::DashboardEndpoint::owns(request)) return dashboard_.answer(request);
    // Buckets may be called so too: a signed request is for them.
    bool plain = (request.method == "GET" || request.method == "HEAD") &&
                 !request.headers.contains("Authorization") && request.query.empty();
    if (plain && request.path == "/healthz") return textResponse(200, "ok\n");
    if (plain && request.path == "/metrics") {
      return textResponse(200, metrics_(), "text/plain; version=0.0.4; charset=utf-8");
    }
    return api_.handle(request);
  }

 private:
  HttpHandler& api_;
  CredentialsEndpoint& credentials_;
  kinesisanalyticsv2::DashboardEndpoint& dashboard_;
  std::function<std::string()> metrics_;
};

// As processes of this machine reach what listens at `host`.
std::string reachableHost(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "[::1]";
  return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

class RunningHost final : public ServiceHost {
 public:
  RunningHost(Env& env, Log& log, ServiceHostOptions options, DataDirectory data)
      : env_(env),
        log_(log),
        options_(std::move(options)),
        data_(std::move(data)),
        telemetry_(log),
        context_(makeClientContext(env)) {}

  ~RunningHost() override { stop(); }

  Status open() {
    startedNanos_ = env_.clock().monotonicNanos();
    RootKeys keys = TRY(rootKeys(env_, data_.file("credentials"),
                                 {options_.rootAccessKeyId, options_.rootSecretAccessKey}));
    rootCredentials_ = makeRootCredentials(std::move(keys), options_.account);
    access_ = TRY(AccessControl::open(env_, {.directory = TRY(data_.privateFolder("iam")),
                                             .account = options_.account,
                                             .enforced = options_.authentication}));
    TRY(openCompanions());
    openCalls();
    TRY(openTelemetry());
    TRY(openControl());
    TRY(makeHandlers());
    return listen();
  }

  uint16_t port() const override { return server_->port(); }

  void stop() override {
    if (server_) server_->stop(kGraceMillis);
    server_.reset();
    if (calls_) calls_->close();
    // The control plane, the last of them, first: workers end with it, and what they said at last
    // is delivered while the companions are still there.
    if (engine_ != nullptr) {
      services_.back()->stop();
      services_.pop_back();
    }
    engine_ = nullptr;
    delivery_.reset();
    for (; !services_.empty(); services_.pop_back()) services_.back()->stop();
  }

 private:
  // The settings of a companion (or of faults), without the prefix.
  std::map<std::string, std::string> settingsOf(std::string_view owner) const {
    std::string prefix = fmt::format("{}.", owner);
    std::map<std::string, std::string> settings;
    for (const auto& [name, value] : options_.settings) {
      if (name.starts_with(prefix)) settings[name.substr(prefix.size())] = value;
    }
    return settings;
  }

  Status checkSettings(const CompanionCatalog& catalog) const {
    for (const auto& [name, value] : options_.settings) {
      bool known =
          name.starts_with(fmt::format("{}.", kFault)) || name.starts_with(kApplicationsPrefix);
      for (const Companion& companion : catalog.companions()) {
        known = known || name.starts_with(fmt::format("{}.", companion.name));
      }
      if (known) continue;
      return Error(ErrorKind::kUnknownOption, fmt::format("'{}'", name))
          .withHint(
              "A setting begins with the name of a companion, or with 'applications':"
              " 'kinesis.fsync', 'applications.metrics-interval'.");
    }
    return {};
  }

  // Where the service is that a companion would be; "" = here.
  Result<std::string> endpointOf(const Companion& companion) const {
    std::map<std::string, std::string> settings = settingsOf(companion.name);
    std::string url = options_.companions ? "" : "aws";
    auto given = settings.find("endpoint");
    if (given != settings.end()) url = given->second;
    if (url.empty()) return url;
    for (const auto& [name, value] : settings) {
      if (name == "endpoint") continue;
      return Error(ErrorKind::kInvalidOption,
                   fmt::format("'{}.{}' sets what is not here", companion.name, name))
          .withHint(fmt::format("{} is at '{}'.", companion.name, url));
    }
    Result<Endpoint> endpoint = findEndpoint(context_, companion.model, options_.region,
                                             url == "aws" ? std::string() : url);
    if (!endpoint.ok()) {
      return std::move(endpoint).error().withContext(fmt::format("'{}.endpoint'", companion.name));
    }
    return endpoint.value().origin.url() + endpoint.value().basePath;
  }

  // Those that are elsewhere have a service too, so that requests for them are recognised.
  Status findServices(const CompanionCatalog& catalog) {
    for (const Companion& companion : catalog.companions()) {
      std::string url = TRY(endpointOf(companion));
      if (url.empty()) continue;
      endpoints_.add(companion.model.name, url);
      workerVariables_[endpointVariable(companion.model)] = url;
      log_.info("service is elsewhere",
                {{"service", std::string(companion.name)}, {"endpoint", url}});
    }
    bool mixed = endpoints_.elsewhere("sts") == nullptr
                     ? !endpoints_.all().empty()
                     : endpoints_.all().size() < catalog.companions().size();
    if (mixed && options_.authentication) {
      log_.warning(
          "some services are here and some elsewhere: credentials of a role are those of where STS "
          "is, and the others must accept them");
    }
    return {};
  }

  Status openCompanions() {
    CompanionCatalog catalog;
    addCompanions(catalog);
    TRY(checkSettings(catalog));
    TRY(findServices(catalog));
    for (const Companion& companion : catalog.companions()) {
      if (endpoints_.elsewhere(companion.model.name) != nullptr) {
        services_.push_back(
            std::make_unique<Service>(companion.model, std::span<const OperationBinding>()));
        continue;
      }
      CompanionContext context{env_,
                               log_,
                               TRY(data_.privateFolder(companion.name)),
                               options_.region,
                               options_.account,
                               *access_,
                               settingsOf(companion.name)};
      Result<std::unique_ptr<Service>> service = companion.open(context);
      if (!service.ok()) return std::move(service).error().withContext(companion.name);
      services_.push_back(std::move(service).value());
    }
    return {};
  }

  // As whom and where the service calls others for its applications.
  void openCalls() {
    const std::string* sts = endpoints_.elsewhere("sts");
    RoleSessionOptions roles{options_.region, options_.authentication, sts != nullptr,
                             sts == nullptr ? "" : *sts, context_};
    roles_ = std::make_unique<RoleSessions>(env_, *access_, std::move(roles));
    calls_ = std::make_unique<ServiceCalls>(env_, *roles_, endpoints_, context_, options_.region);
    code_ = makeCodeSource(*calls_);
    sampler_ = makeRecordSampler(*calls_, env_);
    roleDirectory_ = makeRoleDirectory(*roles_);
  }

  template <typename Kind>
  Kind* companion() const {
    for (const auto& service : services_) {
      if (auto* found = dynamic_cast<Kind*>(service.get())) return found;
    }
    return nullptr;
  }

  Status openTelemetry() {
    TelemetryDeliveryOptions options = TRY(readTelemetryOptions(settingsOf("applications")));
    if (auto* found = companion<logs::Service>()) {
      AccessControl* access = options_.authentication ? access_.get() : nullptr;
      logSink_ = std::make_unique<CompanionLogSink>(env_, *found, *roles_, access);
    } else {
      logSink_ = std::make_unique<RemoteLogSink>(*calls_);
    }
    if (auto* found = companion<cloudwatch::Service>()) {
      metricSink_ =
          std::make_unique<CompanionMetricSink>(*found, options_.account, options_.region);
    } else if (const std::string* endpoint = endpoints_.elsewhere("cloudwatch")) {
      ClientOptions client;
      client.region = options_.region;
      client.endpoint = *endpoint;
      metricSink_ = std::make_unique<RemoteMetricSink>(context_, std::move(client));
    }
    delivery_ =
        std::make_unique<TelemetryDelivery>(env_, log_, logSink_.get(), metricSink_.get(), options);
    telemetry_.addNext(*delivery_);
    delivery_->begin();
    return {};
  }

  Status openControl() {
    ControlPlaneOptions options;
    options.dataDirectory = TRY(data_.privateFolder("control"));
    options.store = options_.store;
    options.region = options_.region;
    options.account = options_.account;
    options.quotas = options_.quotas;
    options.code = code_.get();
    options.roles = roleDirectory_.get();
    options.sampler = sampler_.get();
    options.onTrouble = [this](const std::string& text) {
      log_.error("control plane", {{"cause", text}});
    };
    NativeEngineOptions engineOptions;
    engineOptions.directory = TRY(data_.privateFolder("applications"));
    engineOptions.region = options_.region;
    engineOptions.telemetry = &telemetry_;
    engineOptions.code = code_.get();
    engineOptions.roles = roleDirectory_.get();
    engineOptions.environment = workerVariables_;
    auto engine = TRY(NativeEngine::open(env_, log_, std::move(engineOptions)));
    engine_ = engine.get();
    credentials_ = std::make_unique<CredentialsEndpoint>(*roles_, *engine);
    options.engine = std::move(engine);
    auto control = TRY(openControlPlane(env_, std::move(options)));
    dashboard_ =
        std::make_unique<kinesisanalyticsv2::DashboardEndpoint>(*control, !options_.authentication);
    services_.push_back(std::move(control));
    return {};
  }

  Status makeHandlers() {
    DispatcherOptions options;
    options.region = options_.region;
    options.account = options_.account;
    options.authentication = options_.authentication;
    options.anonymous = rootPrincipal(options_.account);
    options.bodyLimit = kBodyLimit;
    options.elsewhere = endpoints_.all();
    options.onCall = [this](const CallRecord& call) { record(call); };
    std::vector<Service*> services;
    for (auto& service : services_) services.push_back(service.get());
    options.faults = TRY(InjectedFaults::parse(settingsOf(kFault), services));
    if (options.faults != nullptr) {
      log_.warning("faults are injected: operations answer errors that tests ask for");
    }
    std::vector<CredentialStore*> credentials = {rootCredentials_.get(), access_.get()};
    Authorizer* authorizer = access_.get();
    if (!options_.authentication) authorizer = &openAuthorizer_;
    api_ = makeDispatcher(env_, std::move(services), std::move(credentials), *authorizer,
                          std::move(options));
    calls_->open(*api_);
    front_ = std::make_unique<FrontHandler>(*api_, *credentials_, *dashboard_,
                                            [this] { return metricsText(); });
    return {};
  }

  Status listen() {
    Certificate certificate =
        TRY(data_.certificate(options_.certificateFile, options_.privateKeyFile, options_.host));
    HttpServerOptions options;
    options.host = options_.host;
    options.port = options_.port;
    options.certificate = std::move(certificate.certificate);
    options.privateKey = std::move(certificate.privateKey);
    server_ = TRY(HttpServer::start(*front_, env_, std::move(options)));
    serving_ = server_.get();
    // Applications reach the service at the port that it has now.
    engine_->begin(fmt::format("http://{}:{}", reachableHost(options_.host), server_->port()));
    if (!options_.authentication) {
      log_.warning("authentication is off: whoever reaches the port may do everything");
    }
    log_.info("listening", {{"host", options_.host},
                            {"port", int64_t{server_->port()}},
                            {"data", data_.path()},
                            {"region", options_.region},
                            {"account", options_.account}});
    return {};
  }

  void record(const CallRecord& call) {
    metrics_.add(call);
    LogLevel level = call.status >= 500 ? LogLevel::kError : LogLevel::kInfo;
    if (call.errorCode.empty()) level = LogLevel::kDebug;
    log_.write(level, "call",
               {{"requestId", call.requestId},
                {"service", call.service},
                {"operation", call.operation},
                {"principal", call.principal},
                {"peer", call.peerAddress},
                {"userAgent", call.userAgent},
                {"status", call.status},
                {"error", call.errorCode},
                {"errorMessage", call.errorMessage},
                {"cause", call.cause},
                {"micros", call.micros}});
  }

  std::string metricsText() {
    constexpr double kNanosPerSecond = 1e9;
    double up =
        static_cast<double>(env_.clock().monotonicNanos() - startedNanos_) / kNanosPerSecond;
    // The first request may come before start() has returned.
    const HttpServer* server = serving_;
    return metrics_.text(server == nullptr ? HttpServerStatistics() : server->statistics(),
                         delivery_->counts(), up);
  }

  Env& env_;
  Log& log_;
  ServiceHostOptions options_;
  DataDirectory data_;
  LogTelemetry telemetry_;
  ClientContext context_;  // of calls to services elsewhere
  int64_t startedNanos_ = 0;
  std::unique_ptr<CredentialStore> rootCredentials_;
  OpenAuthorizer openAuthorizer_;
  std::unique_ptr<AccessControl> access_;
  ServiceEndpoints endpoints_;
  std::map<std::string, std::string> workerVariables_;
  std::unique_ptr<RoleSessions> roles_;
  std::unique_ptr<ServiceCalls> calls_;
  std::unique_ptr<CodeSource> code_;
  std::unique_ptr<RecordSampler> sampler_;
  std::unique_ptr<RoleDirectory> roleDirectory_;
  std::vector<std::unique_ptr<Service>> services_;
  std::unique_ptr<LogSink> logSink_;
  std::unique_ptr<MetricSink> metricSink_;
  std::unique_ptr<TelemetryDelivery> delivery_;
  NativeEngine* engine_ = nullptr;  // of the control plane, which is one of the services
  std::unique_ptr<CredentialsEndpoint> credentials_;
  std::unique_ptr<kinesisanalyticsv2::DashboardEndpoint> dashboard_;
  ServiceMetrics metrics_;
  std::unique_ptr<HttpHandler> api_;
  std::unique_ptr<FrontHandler> front_;
  std::unique_ptr<HttpServer> server_;
  std::atomic<const HttpServer*> serving_{nullptr};
};

}  // namespace

Result<std::unique_ptr<ServiceHost>> ServiceHost::start(Env& env, Log& log,
                                                        ServiceHostOptions options) {
  DataDirectory data = TRY(DataDirectory::open(env, options.dataDirectory));
  auto host = std::make_unique<RunningHost>(env, log, std::move(options), std::move(data));
  TRY(host->open());
  return std::unique_ptr<ServiceHost>(std::move(host));
}

}  // namespace millrace
