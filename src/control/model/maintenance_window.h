// Maintenance windows: eight hours a day in which an application may be patched.
#pragma once

#include <string>
#include <string_view>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_detail.h"

namespace millrace::kinesisanalyticsv2 {

// The start of a region's window, "HH:MM" in UTC.
std::string_view defaultMaintenanceStart(std::string_view region);

// Requires: "HH:MM".
ApplicationMaintenanceConfigurationDescription describeMaintenance(const std::string& start);

}  // namespace millrace::kinesisanalyticsv2
