// ServiceRole: how a part of this service acts with a role that a user gave to one of their
// resources: an application of kinesisanalytics and its service execution role.
//
//   ServiceRole role(access, env, {.roleArn = arn, .service = "kinesisanalytics.amazonaws.com",
//                                  .sessionName = "orders", .sourceArn = applicationArn});
//   auto credentials = TRY(role.credentials());
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "access/access_control.h"
#include "env/env.h"

namespace millrace {

struct ServiceRoleOptions {
  std::string roleArn;
  std::string service;      // the principal that the trust policy must name
  std::string sessionName;  // [\w+=,.@-]{2,64}
  std::string sourceArn;    // the resource on whose behalf: aws:SourceArn
  int64_t durationSeconds = 3600;
  // New credentials are taken when the old ones last no longer than this.
  int64_t renewalSeconds = 900;
};

// Thread-safe. What it is given outlives it.
class ServiceRole {
 public:
  ServiceRole(AccessControl& access, Env& env, ServiceRoleOptions options);

  // Credentials that last for a while; the same ones until they must be renewed. An error of
  // assumeRole means that the role is gone or trusts the service no more: it is asked again with
  // the next call.
  Outcome<TemporaryCredentials> credentials();

 private:
  AccessControl& access_;
  Env& env_;
  const ServiceRoleOptions options_;
  std::mutex mutex_;
  std::optional<TemporaryCredentials> current_;
};

// Whether a service may assume the role now, without a session: what is checked when a role is
// passed to the service.
Outcome<void> checkServiceRole(AccessControl& access, const ServiceRoleOptions& options);

}  // namespace millrace
