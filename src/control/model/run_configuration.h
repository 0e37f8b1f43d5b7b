// RunConfiguration: with which state an application starts. "Skip" means skip: a start takes
// exactly what was asked for, and without a wish the latest snapshot.
#pragma once

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/run_configuration.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/run_configuration_update.h"
#include "control/store/store.h"

namespace millrace::kinesisanalyticsv2 {

// Of StartApplication. Sets what the next start takes, and what the API describes.
// InvalidArgumentException for a combination that makes no sense, ResourceNotFoundException for a
// snapshot that is not there.
Outcome<void> applyRunConfiguration(const RunConfiguration& given, StoreReader& reader,
                                    Application& application, ApplicationVersion& version);

// Of UpdateApplication; null when it is not given. AllowNonRestoredState that is not given is
// false.
Outcome<void> updateRunConfiguration(const RunConfigurationUpdate* given, StoreReader& reader,
                                     Application& application, ApplicationVersion& version);

}  // namespace millrace::kinesisanalyticsv2
