// ZeppelinApplicationConfiguration: what a Studio notebook is configured with.
#pragma once

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_configuration_description.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/zeppelin_application_configuration.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/zeppelin_application_configuration_update.h"

namespace millrace::kinesisanalyticsv2 {

Outcome<ZeppelinApplicationConfigurationDescription> describeStudio(
    const ZeppelinApplicationConfiguration& given);

Outcome<void> updateStudio(const ZeppelinApplicationConfigurationUpdate& update,
                           ZeppelinApplicationConfigurationDescription& described);

}  // namespace millrace::kinesisanalyticsv2
