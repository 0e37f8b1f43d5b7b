// ApplicationConfiguration as a whole: from what a client gives to what the API describes, and its
// updates. The kind of the runtime decides which parts there may be.
#pragma once

#include <optional>
#include <string>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_configuration.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_configuration_update.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/run_configuration_description.h"
#include "control/lifecycle/limits.h"
#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

// Fills in `version.configuration` but for the code (code_configuration.h).
Outcome<void> describeConfiguration(const ApplicationConfiguration& given, const Quotas& quotas,
                                    ApplicationVersion& version);

// The same for an update. Nothing of `version` may be used after an error.
Outcome<void> updateConfiguration(const ApplicationConfigurationUpdate& update,
                                  const Quotas& quotas, ApplicationVersion& version);

// Fails when `version` could not have been configured so for its runtime.
Outcome<void> checkParts(const ApplicationConfiguration& given, const std::string& runtime);

}  // namespace millrace::kinesisanalyticsv2
