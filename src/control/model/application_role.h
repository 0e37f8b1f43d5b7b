// ApplicationRole: as whom the service acts for an application.
#pragma once

#include <string>

namespace millrace {

struct ApplicationRole {
  std::string arn;  // the service execution role
  // The ARN of the application, which trust policies may ask for (aws:SourceArn); "" = none yet.
  std::string application;
};

}  // namespace millrace
