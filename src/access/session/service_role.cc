#include "access/session/service_role.h"

#include <utility>

namespace millrace {

namespace {

Principal serviceOf(const ServiceRoleOptions& options) {
  Principal service;
  service.kind = Principal::Kind::kService;
  service.arn = options.service;
  return service;
}

AssumeRoleCall callOf(const AccessControl& access, const ServiceRoleOptions& options) {
  AssumeRoleCall call;
  call.roleArn = options.roleArn;
  call.sessionName = options.sessionName;
  call.durationSeconds = options.durationSeconds;
  if (!options.sourceArn.empty()) call.conditions["aws:sourcearn"] = {options.sourceArn};
  call.conditions["aws:sourceaccount"] = {access.account()};
  return call;
}

}  // namespace

ServiceRole::ServiceRole(AccessControl& access, Env& env, ServiceRoleOptions options)
    : access_(access), env_(env), options_(std::move(options)) {}

Outcome<TemporaryCredentials> ServiceRole::credentials() {
  std::lock_guard lock(mutex_);
  int64_t renewAt = env_.clock().nowMicros() + options_.renewalSeconds * 1'000'000;
  if (current_ && current_->expirationMicros > renewAt) return *current_;
  current_.reset();
  current_ = TRY(access_.assumeRole(serviceOf(options_), callOf(access_, options_)));
  return *current_;
}

Outcome<void> checkServiceRole(AccessControl& access, const ServiceRoleOptions& options) {
  return access.checkAssumeRole(serviceOf(options), callOf(access, options));
}

}  // namespace millrace
