// iam:PassRole: what a caller needs who gives a role to a service, with
//
//   TRY(context.authorize(passRoleAccess(roleArn, "kinesisanalytics.amazonaws.com")));
#pragma once

#include <string>

#include "aws/server/authorizer.h"

namespace millrace {

// `service` is the principal that will act with the role.
inline AccessRequest passRoleAccess(const std::string& roleArn, const std::string& service) {
  AccessRequest access;
  access.action = "iam:PassRole";
  access.resources = {roleArn};
  access.conditions["iam:passedtoservice"] = {service};
  return access;
}

}  // namespace millrace
