// CloudWatchLoggingOptions: where the log of an application goes.
#pragma once

#include <string>
#include <vector>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/cloud_watch_logging_option.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/cloud_watch_logging_option_update.h"
#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

// InvalidArgumentException for an ARN that is none of a log stream, or for a second option.
Outcome<void> addLoggingOption(const CloudWatchLoggingOption& given, ApplicationVersion& version);

// ResourceNotFoundException for an id that is not there.
Outcome<void> deleteLoggingOption(const std::string& id, ApplicationVersion& version);

// InvalidArgumentException for an id that is not there.
Outcome<void> updateLoggingOptions(const std::vector<CloudWatchLoggingOptionUpdate>& updates,
                                   ApplicationVersion& version);

}  // namespace millrace::kinesisanalyticsv2
