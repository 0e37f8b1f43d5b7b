#include "control/model/logging_options.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/model/sub_resource_ids.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

Outcome<void> checkLogStream(const std::string& arn) {
  if (arn.find(":logs:") != std::string::npos && arn.find(":log-group:") != std::string::npos &&
      arn.find(":log-stream:") != std::string::npos) {
    return {};
  }
  return invalidArgumentException(fmt::format(
      "'{}' is not the ARN of a log stream (arn:aws:logs:...:log-group:...:log-stream:...).", arn));
}

std::string missing(const std::string& id) {
  return fmt::format("The application has no CloudWatch logging option with id {}.", id);
}

}  // namespace

Outcome<void> addLoggingOption(const CloudWatchLoggingOption& given, ApplicationVersion& version) {
  TRY(checkLogStream(given.logStreamARN));
  if (!version.loggingOptions.empty()) {
    return invalidArgumentException("An application can have one CloudWatch logging option.");
  }
  CloudWatchLoggingOptionDescription& option = version.loggingOptions.emplace_back();
  option.cloudWatchLoggingOptionId = SubResourceIds(version.id).next();
  option.logStreamARN = given.logStreamARN;
  return {};
}

Outcome<void> deleteLoggingOption(const std::string& id, ApplicationVersion& version) {
  size_t deleted = std::erase_if(version.loggingOptions, [&](const auto& option) {
    return option.cloudWatchLoggingOptionId == id;
  });
  if (deleted == 0) return resourceNotFoundException(missing(id));
  return {};
}

Outcome<void> updateLoggingOptions(const std::vector<CloudWatchLoggingOptionUpdate>& updates,
                                   ApplicationVersion& version) {
  for (const CloudWatchLoggingOptionUpdate& update : updates) {
    CloudWatchLoggingOptionDescription* found = nullptr;
    for (CloudWatchLoggingOptionDescription& option : version.loggingOptions) {
      if (option.cloudWatchLoggingOptionId == update.cloudWatchLoggingOptionId) found = &option;
    }
    if (found == nullptr) {
      return invalidArgumentException(missing(update.cloudWatchLoggingOptionId));
    }
    if (!update.logStreamARNUpdate) continue;
    TRY(checkLogStream(*update.logStreamARNUpdate));
    found->logStreamARN = *update.logStreamARNUpdate;
  }
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
