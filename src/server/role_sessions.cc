#include "server/role_sessions.h"

#include "access/session/service_role.h"

namespace millrace {

namespace {

// The principal that applications' roles trust.
constexpr const char* kApplicationService = "kinesisanalytics.amazonaws.com";
constexpr const char* kServiceSession = "kinesisanalytics";
constexpr size_t kRememberedSessions = 10'000;
constexpr int64_t kUncheckedMicros = int64_t{3600} * 1'000'000;

// A name of a session has 2 to 64 characters.
std::string sessionNameOf(const std::string& application) {
  constexpr size_t kLongest = 64;
  constexpr size_t kShortest = 2;
  if (application.empty()) return kServiceSession;
  std::string name = application.substr(0, kLongest);
  while (name.size() < kShortest) name += '_';
  return name;
}

ServiceRoleOptions optionsOf(const ApplicationRole& role, const std::string& name) {
  ServiceRoleOptions options;
  options.roleArn = role.arn;
  options.service = kApplicationService;
  options.sessionName = sessionNameOf(name);
  options.sourceArn = role.application;
  return options;
}

// A role of the account that this process keeps.
class OwnRoleCredentials final : public CredentialsProvider {
 public:
  OwnRoleCredentials(Env& env, AccessControl& access, ServiceRoleOptions options, bool checked)
      : env_(env), access_(access), checked_(checked), options_(std::move(options)) {
    renew();
  }

  Result<std::optional<Credentials>> find() override {
    std::lock_guard lock(mutex_);
    Outcome<TemporaryCredentials> found = role_->credentials();
    // The session ends with its role, although another one may have been made under the name.
    if (found.ok() && !access_.find(found.value().accessKeyId)) {
      renew();
      found = role_->credentials();
    }
    if (found.ok()) {
      const TemporaryCredentials& given = found.value();
      return std::optional<Credentials>(Credentials{
          {given.accessKeyId, given.secretKey, given.sessionToken}, given.expirationMicros});
    }
    if (checked_) return Error(ErrorKind::kPermission, found.error().message());
    // Any will do where nobody looks.
    return std::optional<Credentials>(
        Credentials{{"unchecked", "unchecked", ""}, env_.clock().nowMicros() + kUncheckedMicros});
  }

  std::string name() const override { return "role '" + options_.roleArn + "'"; }

 private:
  void renew() { role_ = std::make_unique<ServiceRole>(access_, env_, options_); }

  Env& env_;
  AccessControl& access_;
  const bool checked_;
  const ServiceRoleOptions options_;
  std::mutex mutex_;
  std::unique_ptr<ServiceRole> role_;
};

}  // namespace

CredentialsPtr RoleSessions::of(const ApplicationRole& role, const std::string& name) {
  std::lock_guard lock(mutex_);
  if (sessions_.size() >= kRememberedSessions) sessions_.clear();
  CredentialsPtr& session = sessions_[{role.arn, role.application, name}];
  if (session == nullptr) session = open(role, name);
  return session;
}

CredentialsPtr RoleSessions::open(const ApplicationRole& role, const std::string& name) {
  if (!options_.elsewhere) {
    return std::make_shared<OwnRoleCredentials>(env_, access_, optionsOf(role, name),
                                                options_.authentication);
  }
  AssumedRole assumed;
  assumed.roleArn = role.arn;
  assumed.sessionName = sessionNameOf(name);
  assumed.region = options_.region;
  assumed.endpoint = options_.endpoint;
  return makeCachedCredentials(
      env_, makeAssumedRoleCredentials(options_.context, std::move(assumed),
                                       makeDefaultCredentials(options_.context)));
}

Status RoleSessions::checkAssumable(const ApplicationRole& role) {
  if (options_.elsewhere) {
    // A session is the only proof; it is kept for the calls that follow.
    TRY(requireCredentials(*of(role)));
    return {};
  }
  if (!options_.authentication) return {};
  Outcome<void> assumable = checkServiceRole(access_, optionsOf(role, {}));
  if (assumable.ok()) return {};
  return Error(ErrorKind::kPermission, assumable.error().message());
}

}  // namespace millrace
