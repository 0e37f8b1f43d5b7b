// FlinkApplicationConfiguration: checkpoints, monitoring, parallelism, with the service's defaults.
#pragma once

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_configuration_description.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/flink_application_configuration.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/flink_application_configuration_update.h"
#include "control/lifecycle/limits.h"

namespace millrace::kinesisanalyticsv2 {

// What nobody has configured has ConfigurationType DEFAULT.
FlinkApplicationConfigurationDescription describeFlink(const FlinkApplicationConfiguration& given);

// With the service's defaults a value can only be changed together with ConfigurationTypeUpdate
// CUSTOM; without it, InvalidArgumentException. An explicit DEFAULT overrules the values beside it.
Outcome<void> updateFlink(const FlinkApplicationConfigurationUpdate& update,
                          FlinkApplicationConfigurationDescription& described);

// Bounds that the model does not state: LimitExceededException, InvalidArgumentException.
Outcome<void> checkFlink(const FlinkApplicationConfigurationDescription& described,
                         const Quotas& quotas);

}  // namespace millrace::kinesisanalyticsv2
