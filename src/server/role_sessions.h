// RoleSessions: temporary credentials of the roles that users gave to their applications. The
// control plane acts with them (service_calls.h), and workers get them (credentials_endpoint.h).
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "access/access_control.h"
#include "aws/client/credentials.h"
#include "base/result.h"
#include "control/model/application_role.h"
#include "env/env.h"

namespace millrace {

// Where roles are.
struct RoleSessionOptions {
  std::string region;
  // False: nobody looks at signatures, so an application may have a role that there is not.
  bool authentication = true;
  // STS is another service's: roles are assumed there, as whom `context` finds out that we are.
  bool elsewhere = false;
  std::string endpoint;   // of that STS
  ClientContext context;  // of calls to it
};

// Thread-safe. What it is given outlives it and the credentials.
class RoleSessions {
 public:
  RoleSessions(Env& env, AccessControl& access, RoleSessionOptions options)
      : env_(env), access_(access), options_(std::move(options)) {}

  // The same session as long as it lasts. `name`: of the application; "" for the service itself.
  CredentialsPtr of(const ApplicationRole& role, const std::string& name = {});

  // Whether the service can assume it now; kPermission.
  Status checkAssumable(const ApplicationRole& role);

 private:
  CredentialsPtr open(const ApplicationRole& role, const std::string& name);

  Env& env_;
  AccessControl& access_;
  const RoleSessionOptions options_;
  std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::string>, CredentialsPtr> sessions_;
};

}  // namespace millrace
