// RequestContext: what an operation knows of its request beside the input.
#pragma once

#include <string>

#include "aws/model/model.h"
#include "aws/server/authorizer.h"
#include "aws/server/principal.h"
#include "env/env.h"
#include "http/message.h"

namespace millrace {

// Lives for one request, on one worker thread.
struct RequestContext {
  const ServiceModel& service;
  const OperationModel& operation;
  Env& env;
  Authorizer& authorizer;
  const HttpRequest& http;  // as received, for what the model does not cover
  Principal principal;
  std::string account;  // of the principal
  std::string region;   // of the credential scope; the server's own without a signature
  std::string requestId;
  // Added to the answer, also to an error, after what the protocol writes: x-amz-id-2, ETag.
  HttpHeaders responseHeaders;
  // REST-XML: the root element of the answer, where it is not called as the output.
  std::string xmlRootName;
  int responseStatus = 0;  // of success, where it is not the model's

  Timestamp now() const { return Timestamp::fromMicros(env.clock().nowMicros()); }

  // A permission beyond those that Service::accessOf names: iam:PassRole, the source of a copy.
  Outcome<void> authorize(AccessRequest access) const;
};

// "arn:aws:<service>:<region>:<account>:<resource>" with the context's region and account.
std::string arnOf(const RequestContext& context, std::string_view service,
                  std::string_view resource);

}  // namespace millrace
