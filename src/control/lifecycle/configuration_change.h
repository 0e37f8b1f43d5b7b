// What every operation that changes a configuration does: it checks the version that the client has
// seen, makes the next version, and has a running job replaced.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "aws/model/api_error.h"
#include "control/service.h"

namespace millrace::kinesisanalyticsv2 {

// One of the two is given.
struct ExpectedVersion {
  std::optional<int64_t> versionId;
  std::optional<std::string> conditionalToken;
};

// ConcurrentModificationException when it is not the current one.
Outcome<void> checkVersion(const Application& application, const ExpectedVersion& expected);

struct ChangedApplication {
  Application application;
  ApplicationVersion version;
  std::string operationId;
};

// `edit` gets a copy of the current version with the next number; an error leaves everything as it
// was. `operation` is the name in the operation's record.
Outcome<ChangedApplication> changeConfiguration(
    Service& service, const std::string& name, const ExpectedVersion& expected,
    std::string_view operation,
    const std::function<Outcome<void>(Application& application, ApplicationVersion& next,
                                      StoreWriter& writer)>& edit);

}  // namespace millrace::kinesisanalyticsv2
