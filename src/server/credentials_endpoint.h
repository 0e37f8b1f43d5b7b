// CredentialsEndpoint: where workers get the temporary credentials of their application's role, in
// the form of the container credentials of the AWS SDKs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "access/access_control.h"
#include "access/session/service_role.h"
#include "control/native/native_engine.h"
#include "env/env.h"
#include "http/message.h"

namespace millrace {

// Thread-safe.
class CredentialsEndpoint {
 public:
  // What it is given outlives it.
  CredentialsEndpoint(Env& env, AccessControl& access, NativeEngine& engine)
      : env_(env), access_(access), engine_(engine) {}

  // The token is the request's Authorization. 401 for one that nobody has.
  HttpResponse answer(const HttpRequest& request);

 private:
  // One session for an application and role; the SDKs ask again before it expires.
  std::shared_ptr<ServiceRole> roleOf(const CredentialGrant& grant);

  Env& env_;
  AccessControl& access_;
  NativeEngine& engine_;
  std::mutex mutex_;
  std::map<int64_t, std::pair<std::string, std::shared_ptr<ServiceRole>>> roles_;
};

}  // namespace millrace
