// Dispatcher: from an HTTP request to an operation and back. Finds the service and the wire format,
// verifies the signature, decodes, validates, authorises, calls, encodes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "aws/server/authorizer.h"
#include "aws/server/injected_faults.h"
#include "aws/server/principal.h"
#include "aws/server/service.h"
#include "env/env.h"
#include "http/handler.h"

namespace millrace {

// One line of the access log. Never holds a secret, a signature or a sensitive member.
struct CallRecord {
  std::string requestId;
  std::string service;
  std::string operation;
  std::string principal;  // ARN
  std::string peerAddress;
  std::string userAgent;
  int status = 0;
  std::string errorCode;
  std::string errorMessage;
  std::string cause;  // of an internal failure
  int64_t micros = 0;
};

struct DispatcherOptions {
  std::string region = "us-east-1";
  std::string account = "000000000000";
  bool authentication = true;      // --auth on
  Principal anonymous;             // who everybody is with --auth off
  uint64_t bodyLimit = 64u << 20;  // of requests that do not stream, unpacked too
  // Services (by the names of their models) that are not kept here, and the URLs where they are:
  // requests for them are refused with a word about it.
  std::map<std::string, std::string, std::less<>> elsewhere;
  std::function<void(const CallRecord&)> onCall;
  std::unique_ptr<InjectedFaults> faults;  // null: none
};

// Thread-safe once made. What it is given outlives it.
std::unique_ptr<HttpHandler> makeDispatcher(Env& env, std::vector<Service*> services,
                                            std::vector<CredentialStore*> credentials,
                                            Authorizer& authorizer, DispatcherOptions options);

}  // namespace millrace
