// Roles assumed through STS: with credentials, or with a token of an identity provider.
#include <fmt/format.h>

#include "aws/client/call_error.h"
#include "aws/client/credentials.h"
#include "aws/client/service_client.h"
#include "aws/model/generated/sts/assume_role.h"
#include "aws/model/generated/sts/assume_role_with_web_identity.h"
#include "aws/model/generated/sts/service.h"
#include "env/env.h"
#include "env/file_system.h"

namespace millrace {

namespace {

std::string sessionNameOf(const ClientContext& context, const AssumedRole& role) {
  if (!role.sessionName.empty()) return role.sessionName;
  return fmt::format("millrace-{}", context.env->clock().nowMillis());
}

ClientOptions optionsOf(const AssumedRole& role) {
  ClientOptions options;
  options.region = role.region;
  options.endpoint = role.endpoint;
  return options;
}

Result<std::optional<Credentials>> credentialsOf(const std::optional<sts::Credentials>& given,
                                                 const std::string& roleArn) {
  if (!given) {
    return Error(ErrorKind::kIo, fmt::format("STS sent no credentials for '{}'", roleArn));
  }
  Credentials found;
  found.keys = {given->accessKeyId, given->secretAccessKey, given->sessionToken};
  found.expiresMicros = given->expiration.millis * 1000;
  return std::optional<Credentials>(std::move(found));
}

class AssumedRoleCredentials final : public CredentialsProvider {
 public:
  AssumedRoleCredentials(ClientContext context, AssumedRole role, CredentialsPtr source)
      : context_(context), role_(std::move(role)), source_(std::move(source)) {
    ClientOptions options = optionsOf(role_);
    options.credentials = source_;
    client_ = std::make_unique<ServiceClient>(std::move(context), sts::kModel, std::move(options));
  }

  Result<std::optional<Credentials>> find() override {
    sts::AssumeRoleRequest request;
    request.roleArn = role_.roleArn;
    request.roleSessionName = sessionNameOf(context_, role_);
    request.durationSeconds = static_cast<int32_t>(role_.durationSeconds);
    if (!role_.externalId.empty()) request.externalId = role_.externalId;
    auto response = client_->call<sts::AssumeRoleOperation>(request);
    if (!response.ok()) {
      return callError(response.error(), fmt::format("cannot assume role '{}'", role_.roleArn));
    }
    return credentialsOf(response.value().credentials, role_.roleArn);
  }

  void expire() override { source_->expire(); }
  std::string name() const override { return fmt::format("role '{}'", role_.roleArn); }

 private:
  ClientContext context_;
  AssumedRole role_;
  CredentialsPtr source_;
  std::unique_ptr<ServiceClient> client_;
};

class WebIdentityCredentials final : public CredentialsProvider {
 public:
  WebIdentityCredentials(ClientContext context, AssumedRole role)
      : context_(context), role_(std::move(role)) {
    ClientOptions options = optionsOf(role_);
    options.anonymous = true;
    client_ = std::make_unique<ServiceClient>(std::move(context), sts::kModel, std::move(options));
  }

  Result<std::optional<Credentials>> find() override {
    sts::AssumeRoleWithWebIdentityRequest request;
    request.roleArn = role_.roleArn;
    request.roleSessionName = sessionNameOf(context_, role_);
    request.durationSeconds = static_cast<int32_t>(role_.durationSeconds);
    // Whoever issues the token renews the file.
    request.webIdentityToken = TRY(readFile(context_.env->files(), role_.webIdentityTokenFile));
    while (request.webIdentityToken.ends_with('\n')) request.webIdentityToken.pop_back();
    auto response = client_->call<sts::AssumeRoleWithWebIdentityOperation>(request);
    if (!response.ok()) {
      return callError(response.error(),
                       fmt::format("cannot assume role '{}' with the token in '{}'", role_.roleArn,
                                   role_.webIdentityTokenFile));
    }
    return credentialsOf(response.value().credentials, role_.roleArn);
  }

  std::string name() const override {
    return fmt::format("web identity '{}'", role_.webIdentityTokenFile);
  }

 private:
  ClientContext context_;
  AssumedRole role_;
  std::unique_ptr<ServiceClient> client_;
};

class EnvironmentWebIdentity final : public CredentialsProvider {
 public:
  explicit EnvironmentWebIdentity(ClientContext context) : context_(std::move(context)) {}

  Result<std::optional<Credentials>> find() override {
    AssumedRole role;
    role.webIdentityTokenFile = context_.variables("AWS_WEB_IDENTITY_TOKEN_FILE").value_or("");
    role.roleArn = context_.variables("AWS_ROLE_ARN").value_or("");
    role.sessionName = context_.variables("AWS_ROLE_SESSION_NAME").value_or("");
    if (role.webIdentityTokenFile.empty()) return std::optional<Credentials>();
    if (role.roleArn.empty()) {
      return Error(ErrorKind::kMissingOption,
                   "AWS_WEB_IDENTITY_TOKEN_FILE is set and AWS_ROLE_ARN is not");
    }
    return WebIdentityCredentials(context_, std::move(role)).find();
  }
  std::string name() const override { return "AWS_WEB_IDENTITY_TOKEN_FILE"; }

 private:
  ClientContext context_;
};

}  // namespace

CredentialsPtr makeAssumedRoleCredentials(ClientContext context, AssumedRole role,
                                          CredentialsPtr source) {
  return std::make_shared<AssumedRoleCredentials>(std::move(context), std::move(role),
                                                  std::move(source));
}

CredentialsPtr makeWebIdentityCredentials(ClientContext context, AssumedRole role) {
  return std::make_shared<WebIdentityCredentials>(std::move(context), std::move(role));
}

CredentialsPtr makeEnvironmentWebIdentity(ClientContext context) {
  return std::make_shared<EnvironmentWebIdentity>(std::move(context));
}

}  // namespace millrace
