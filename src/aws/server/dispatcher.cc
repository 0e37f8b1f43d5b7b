#include "aws/server/dispatcher.h"

#include <fmt/format.h>

#include "aws/protocol/protocol.h"
#include "aws/protocol/rest_binding.h"
#include "aws/server/authenticator.h"
#include "aws/server/router.h"
#include "aws/server/signed_payload.h"
#include "http/url.h"

namespace millrace {

namespace {

// "12345678-1234-1234-1234-123456789012"
std::string newRequestId(Random& random) {
  uint64_t high = random.next();
  uint64_t low = random.next();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                     high & 0xFFF, (low >> 48 & 0x3FFF) | 0x8000, low & 0xFFFFFFFFFFFF);
}

// IAM and STS are in no region and take us-east-1 everywhere.
bool isGlobal(const ServiceModel& model) {
  return model.endpointPrefix == "iam" || model.endpointPrefix == "sts";
}

ApiError unknownOperation(WireFormat format, const ServiceModel& model,
                          const std::optional<std::string>& name) {
  switch (format) {
    case WireFormat::kQuery:
      if (!name) return ApiError("MissingAction", 400, "Missing Action");
      return ApiError(
          "InvalidAction", 400,
          fmt::format("Could not find operation {} for version {}", *name, model.apiVersion));
    case WireFormat::kRestXml:
      return ApiError("MethodNotAllowed", 405,
                      "The specified method is not allowed against this resource.");
    default:
      return ApiError("UnknownOperationException", 400,
                      name ? fmt::format("{} has no operation '{}'", model.serviceId, *name)
                           : fmt::format("X-Amz-Target names no operation of {}", model.serviceId));
  }
}

// An operation that AWS has and Millrace has not.
ApiError notOffered(WireFormat format, const ServiceModel& model, const OperationModel& operation) {
  std::string message =
      fmt::format("{} {} is not offered by Millrace", model.serviceId, operation.name);
  if (format == WireFormat::kQuery) return ApiError("InvalidAction", 400, message);
  if (format == WireFormat::kRestXml) return ApiError("NotImplemented", 501, message);
  return ApiError("UnknownOperationException", 400, message);
}

// Everything about one request, step by step.
struct Call {
  HttpRequest& request;
  Route route;
  std::string requestId;
  const OperationModel* operation = nullptr;
  Principal principal;
  HttpHeaders responseHeaders{};  // of an operation that failed
  CallRecord record;
};

class AwsDispatcher final : public HttpHandler {
 public:
  AwsDispatcher(Env& env, std::vector<Service*> services, std::vector<CredentialStore*> credentials,
                Authorizer& authorizer, DispatcherOptions options)
      : env_(env),
        router_(std::move(services)),
        authenticator_(env, std::move(credentials),
                       {options.region, options.authentication, options.anonymous}),
        authorizer_(authorizer),
        options_(std::move(options)) {}

  BodyPolicy bodyPolicy(const HttpRequest& head) override {
    std::optional<Route> route = router_.route(head);
    if (route && route->format == WireFormat::kRestXml) {
      HttpRequest inPathStyle;
      inPathStyle.method = head.method;
      inPathStyle.query = head.query;
      inPathStyle.headers = head.headers;
      inPathStyle.path = pathStyle(head);
      const OperationModel* operation = matchRestOperation(route->service->model(), inPathStyle);
      if (operation != nullptr && operation->implemented && operation->streamsInput) {
        return {BodyPolicy::Kind::kStreamed, 0};
      }
    }
    return {BodyPolicy::Kind::kBuffered, options_.bodyLimit};
  }

  HttpResponse handle(HttpRequest& request) override {
    int64_t started = env_.clock().monotonicNanos();
    Call call{request, {}, newRequestId(env_.random())};
    call.record.requestId = call.requestId;
    call.record.peerAddress = request.peerAddress;
    call.record.userAgent = request.headers.get("User-Agent");
    HttpResponse response = dispatch(call);
    call.record.status = response.status;
    call.record.micros = (env_.clock().monotonicNanos() - started) / 1000;
    if (options_.onCall) options_.onCall(call.record);
    return response;
  }

 private:
  HttpResponse dispatch(Call& call) {
    std::optional<Route> route = router_.route(call.request);
    if (!route) return noService(call);
    call.route = *route;
    call.record.service = call.route.service->model().name;
    Outcome<HttpResponse> outcome = invoke(call);
    if (outcome.ok()) return std::move(outcome).value();
    HttpResponse response = errorResponse(call, outcome.error());
    for (const auto& [name, value] : call.responseHeaders) response.headers.set(name, value);
    return response;
  }

  // The error in the format that the client seems to speak.
  HttpResponse noService(Call& call) {
    static const ServiceModel kNone{};
    bool targeted = call.request.headers.contains("X-Amz-Target");
    ApiError error("UnknownOperationException", 400,
                   "No service of Millrace takes this request: it has neither a known X-Amz-Target "
                   "nor a known signing name, host or Action");
    if (!targeted && scopeService(call.request).empty()) {
      error = authenticationError(AuthenticationFailure::kMissing, ErrorStyle::kQuery);
    }
    note(call, error);
    return protocolOf(formatByContentType(call.request))
        .encodeError(kNone, nullptr, error, call.requestId);
  }

  Outcome<HttpResponse> invoke(Call& call) {
    const ServiceModel& model = call.route.service->model();
    if (auto found = options_.elsewhere.find(model.name); found != options_.elsewhere.end()) {
      // 421: this server is not the one that can answer.
      return ApiError("MisdirectedRequest", 421,
                      fmt::format("{} is not served here but at {}: send the request there.",
                                  model.serviceId, found->second));
    }
    const Protocol& protocol = protocolOf(call.route.format);
    // The signature covers the path as it was sent: the bucket goes into it afterwards.
    std::string path =
        call.route.format == WireFormat::kRestXml ? pathStyle(call.request) : call.request.path;
    std::swap(path, call.request.path);
    std::optional<std::string> name = protocol.operationName(model, call.request);
    std::swap(path, call.request.path);
    if (name) call.operation = model.findOperation(*name);
    if (call.operation == nullptr) return unknownOperation(call.route.format, model, name);
    call.record.operation = call.operation->name;

    call.principal = TRY(authenticate(call));
    call.record.principal = call.principal.arn;
    call.request.path = std::move(path);
    TRY(inflateBody(call.request, options_.bodyLimit));
    const OperationBinding* binding = bindingOf(*call.route.service, call.operation->name);
    if (binding == nullptr) return notOffered(call.route.format, model, *call.operation);
    Document input = TRY(protocol.decode(*call.operation, call.request));
    return run(call, *binding, std::move(input));
  }

  Outcome<HttpResponse> run(Call& call, const OperationBinding& binding, Document input) {
    Service& service = *call.route.service;
    RequestContext context{
        .service = service.model(),
        .operation = *call.operation,
        .env = env_,
        .authorizer = authorizer_,
        .http = call.request,
        .principal = call.principal,
        .account = call.principal.account.empty() ? options_.account : call.principal.account,
        .region = options_.region,
        .requestId = call.requestId,
        .responseHeaders = {},
        .xmlRootName = {}};
    TRY(service.validate(context, input));
    TRY(context.authorize(service.accessOf(context, input)));
    if (options_.faults != nullptr) {
      if (std::optional<ApiError> fault = options_.faults->next(*call.operation)) return *fault;
    }
    Outcome<Document> outcome = binding.invoke(service, input, context);
    if (!outcome.ok()) call.responseHeaders = std::move(context.responseHeaders);
    Document output = TRY(std::move(outcome));
    HttpResponse response = protocolOf(call.route.format)
                                .encode(service.model(), *call.operation, std::move(output),
                                        {call.requestId, context.xmlRootName});
    if (context.responseStatus != 0) response.status = context.responseStatus;
    for (const auto& [name, value] : context.responseHeaders) response.headers.set(name, value);
    return response;
  }

  Outcome<Principal> authenticate(Call& call) {
    const ServiceModel& model = call.route.service->model();
    Authenticator::Rules rules;
    rules.signingNames = {model.signingName};
    rules.global = isGlobal(model);
    rules.style = errorStyleOf(call.route.format);
    rules.mayBeAnonymous = call.operation->noAuthentication || rules.style == ErrorStyle::kS3;
    rules.bodyLimit = options_.bodyLimit;
    return authenticator_.authenticate(call.request, rules);
  }

  HttpResponse errorResponse(Call& call, const ApiError& error) {
    note(call, error);
    const ServiceModel& model = call.route.service->model();
    const Protocol& protocol = protocolOf(call.route.format);
    // The authorizer does not know the kinds of services.
    if (error.code() == "AccessDeniedException" &&
        errorStyleOf(call.route.format) != ErrorStyle::kJson) {
      return protocol.encodeError(model, call.operation,
                                  accessDenied(errorStyleOf(call.route.format), error.message()),
                                  call.requestId);
    }
    return protocol.encodeError(model, call.operation, error, call.requestId);
  }

  static void note(Call& call, const ApiError& error) {
    call.record.errorCode = error.code();
    call.record.errorMessage = error.message();
    call.record.cause = error.cause();
  }

  static const OperationBinding* bindingOf(const Service& service, std::string_view operation) {
    for (const OperationBinding& binding : service.bindings()) {
      if (binding.operation == operation) return &binding;
    }
    return nullptr;
  }

  static std::string pathStyle(const HttpRequest& request) {
    std::string bucket = bucketOfHost(request.host());
    if (bucket.empty()) return request.path;
    return '/' + percentEncode(bucket) + request.path;
  }

  Env& env_;
  Router router_;
  Authenticator authenticator_;
  Authorizer& authorizer_;
  DispatcherOptions options_;
};

}  // namespace

std::unique_ptr<HttpHandler> makeDispatcher(Env& env, std::vector<Service*> services,
                                            std::vector<CredentialStore*> credentials,
                                            Authorizer& authorizer, DispatcherOptions options) {
  return std::make_unique<AwsDispatcher>(env, std::move(services), std::move(credentials),
                                         authorizer, std::move(options));
}

}  // namespace millrace
