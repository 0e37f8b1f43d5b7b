// Authorizer: may this principal do that? The IAM companion implements it; until then, and with
// --auth off, everything is allowed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/server/principal.h"

namespace millrace {

struct AccessRequest {
  std::string action;                       // "kinesis:PutRecord"; "" = no permission is needed
  std::vector<std::string> resources{"*"};  // ARNs: each must be allowed
  // Condition keys in lower case ("aws:requesttag/team", "iam:passedtoservice") with their values.
  // Global ones (aws:SourceIp, aws:SecureTransport, aws:PrincipalArn, ...) are added by the caller.
  std::map<std::string, std::vector<std::string>> conditions;
  // The policy of the resource itself (a bucket's), as JSON; "" = it has none.
  std::string resourcePolicy;
};

// Thread-safe.
class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // The error is AccessDeniedException (the dispatcher spells it as the service does) with AWS's
  // text: "User: <arn> is not authorized to perform: <action> on resource: <arn> because ...".
  virtual Outcome<void> authorize(const Principal& principal, const AccessRequest& access) = 0;
};

}  // namespace millrace
