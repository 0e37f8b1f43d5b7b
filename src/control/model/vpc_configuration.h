// VpcConfigurations of Flink applications. There is no network here: they are kept and shown.
#pragma once

#include <vector>

#include "aws/model/api_error.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/vpc_configuration.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/vpc_configuration_description.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/vpc_configuration_update.h"
#include "control/model/sub_resource_ids.h"

namespace millrace::kinesisanalyticsv2 {

VpcConfigurationDescription describeVpc(const VpcConfiguration& given, SubResourceIds& ids);

// InvalidArgumentException for an id that is not there.
Outcome<void> updateVpcs(const std::vector<VpcConfigurationUpdate>& updates,
                         std::vector<VpcConfigurationDescription>& described);

}  // namespace millrace::kinesisanalyticsv2
