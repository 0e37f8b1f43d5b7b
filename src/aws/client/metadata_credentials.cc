// Credentials that the machine hands out: of an ECS task or EKS pod, and of an EC2 instance.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "aws/client/cancellation.h"
#include "aws/client/credentials.h"
#include "aws/model/timestamp.h"
#include "env/env.h"
#include "env/file_system.h"

namespace millrace {

namespace {

constexpr uint64_t kMaxAnswerBytes = 1 << 20;

// The first of these members of a JSON object that is a text.
std::string memberOf(const std::string& body, std::initializer_list<const char*> names) {
  nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return {};
  for (const char* name : names) {
    auto found = json.find(name);
    if (found != json.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

// Both services send the same document.
Result<std::optional<Credentials>> parseCredentials(const std::string& body,
                                                    const std::string& from) {
  auto textOf = [&](const char* name) { return memberOf(body, {name}); };
  Credentials found;
  found.keys = {textOf("AccessKeyId"), textOf("SecretAccessKey"), textOf("Token")};
  if (found.keys.accessKeyId.empty() || found.keys.secretKey.empty()) {
    return Error(ErrorKind::kPermission,
                 fmt::format("'{}' sends no credentials: {}", from, textOf("Message")));
  }
  std::optional<Timestamp> expires = parseIso8601(textOf("Expiration"));
  if (expires) found.expiresMicros = expires->millis * 1000;
  return std::optional<Credentials>(std::move(found));
}

SendOptions metadataOptions(const ClientContext& context, int64_t timeoutMillis) {
  SendOptions options;
  options.connectTimeoutMillis = options.totalTimeoutMillis = timeoutMillis;
  options.maxResponseBytes = kMaxAnswerBytes;
  options.cancellation = context.cancellation.get();
  return options;
}

HttpRequest requestOf(const char* method, std::string path, const HttpOrigin& origin) {
  HttpRequest request;
  request.method = method;
  size_t question = path.find('?');
  if (question != std::string::npos) request.query = path.substr(question + 1);
  request.path = path.substr(0, question);
  request.headers.set("Host", origin.authority());
  return request;
}

class ContainerCredentials final : public CredentialsProvider {
 public:
  explicit ContainerCredentials(ClientContext context) : context_(std::move(context)) {}

  Result<std::optional<Credentials>> find() override {
    std::string url = context_.variables("AWS_CONTAINER_CREDENTIALS_FULL_URI").value_or("");
    if (auto relative = context_.variables("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
      url = "http://169.254.170.2" + *relative;
    }
    if (url.empty()) return std::optional<Credentials>();
    std::string path;
    HttpOrigin origin = TRY(parseOrigin(url, &path));
    if (!origin.secure && !isTrusted(origin.host)) {
      return Error(ErrorKind::kInvalidOption,
                   fmt::format("credentials are not asked of '{}' over plain HTTP", url))
          .withHint("Use https, or an address of this machine or of its container service.");
    }
    HttpRequest request = requestOf("GET", path.empty() ? "/" : path, origin);
    std::string token = TRY(authorization());
    if (!token.empty()) request.headers.set("Authorization", std::move(token));
    constexpr int64_t kTimeoutMillis = 5'000;
    HttpResponse response =
        TRY(context_.transport->send(origin, request, metadataOptions(context_, kTimeoutMillis)));
    if (response.status != 200) {
      std::string why = memberOf(response.body, {"message", "Message"});
      return Error(ErrorKind::kPermission,
                   fmt::format("'{}' refuses credentials with status {}{}{}", url, response.status,
                               why.empty() ? "" : ": ", why));
    }
    return parseCredentials(response.body, url);
  }

  std::string name() const override { return "AWS_CONTAINER_CREDENTIALS_FULL_URI"; }

 private:
  static bool isTrusted(std::string_view host) {
    return host == "localhost" || host.starts_with("127.") || host == "[::1]" ||
           host == "169.254.170.2" || host == "169.254.170.23" || host == "[fd00:ec2::23]";
  }

  Result<std::string> authorization() {
    std::string token = context_.variables("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
    if (auto file = context_.variables("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
      token = TRY(readFile(context_.env->files(), *file));
    }
    while (token.ends_with('\n') || token.ends_with('\r')) token.pop_back();
    if (token.find_first_of("\r\n") != std::string::npos) {
      return Error(ErrorKind::kInvalidOption, "the container's authorization token has line feeds");
    }
    return token;
  }

  ClientContext context_;
};

class InstanceCredentials final : public CredentialsProvider {
 public:
  explicit InstanceCredentials(ClientContext context) : context_(std::move(context)) {}

  Result<std::optional<Credentials>> find() override {
    if (context_.variables("AWS_EC2_METADATA_DISABLED") == "true") {
      return std::optional<Credentials>();
    }
    std::string url =
        context_.variables("AWS_EC2_METADATA_SERVICE_ENDPOINT").value_or("http://169.254.169.254");
    HttpOrigin origin = TRY(parseOrigin(url));
    HttpRequest ask = requestOf("PUT", "/latest/api/token", origin);
    ask.headers.set("X-aws-ec2-metadata-token-ttl-seconds", "21600");
    Result<HttpResponse> token = send(origin, ask);
    // No instance of EC2: nobody answers there.
    if (!token.ok() || token.value().status != 200) return std::optional<Credentials>();
    constexpr const char* kRoles = "/latest/meta-data/iam/security-credentials/";
    HttpResponse role = TRY(get(origin, kRoles, token.value().body));
    if (role.status != 200 || role.body.empty()) return std::optional<Credentials>();
    std::string roleName = role.body.substr(0, role.body.find('\n'));
    HttpResponse found = TRY(get(origin, kRoles + roleName, token.value().body));
    if (found.status != 200) {
      return Error(ErrorKind::kPermission,
                   fmt::format("'{}' has no credentials of role '{}'", url, roleName));
    }
    return parseCredentials(found.body, url);
  }

  std::string name() const override { return "EC2 instance metadata"; }

 private:
  Result<HttpResponse> get(const HttpOrigin& origin, std::string path, const std::string& token) {
    HttpRequest request = requestOf("GET", std::move(path), origin);
    request.headers.set("X-aws-ec2-metadata-token", token);
    return send(origin, request);
  }

  Result<HttpResponse> send(const HttpOrigin& origin, const HttpRequest& request) {
    constexpr int64_t kTimeoutMillis = 1'000;
    return context_.transport->send(origin, request, metadataOptions(context_, kTimeoutMillis));
  }

  ClientContext context_;
};

}  // namespace

CredentialsPtr makeContainerCredentials(ClientContext context) {
  return std::make_shared<ContainerCredentials>(std::move(context));
}

CredentialsPtr makeInstanceCredentials(ClientContext context) {
  return std::make_shared<InstanceCredentials>(std::move(context));
}

}  // namespace millrace
