// CredentialsEndpoint: where workers get the temporary credentials of their application's role, in
// the form of the container credentials of the AWS SDKs.
#pragma once

#include "control/native/native_engine.h"
#include "http/message.h"
#include "server/role_sessions.h"

namespace millrace {

// Thread-safe.
class CredentialsEndpoint {
 public:
  // What it is given outlives it.
  CredentialsEndpoint(RoleSessions& roles, NativeEngine& engine) : roles_(roles), engine_(engine) {}

  // The token is the request's Authorization. 401 for one that nobody has.
  HttpResponse answer(const HttpRequest& request);

 private:
  RoleSessions& roles_;
  NativeEngine& engine_;
};

}  // namespace millrace
