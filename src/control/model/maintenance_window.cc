#include "control/model/maintenance_window.h"

#include <fmt/format.h>

namespace millrace::kinesisanalyticsv2 {

namespace {

struct RegionWindow {
  std::string_view region;
  std::string_view start;
};

// Where the guide names a region twice, the first line counts.
constexpr RegionWindow kWindows[] = {
    {"us-gov-west-1", "06:00"},  {"us-gov-east-1", "03:00"},  {"us-east-1", "03:00"},
    {"us-east-2", "03:00"},      {"us-west-1", "06:00"},      {"us-west-2", "06:00"},
    {"ap-east-1", "13:00"},      {"ap-south-1", "16:30"},     {"ap-south-2", "16:30"},
    {"ap-northeast-2", "13:00"}, {"ap-southeast-1", "14:00"}, {"ap-southeast-2", "12:00"},
    {"ap-southeast-3", "15:00"}, {"ap-northeast-1", "13:00"}, {"ca-central-1", "03:00"},
    {"cn-north-1", "13:00"},     {"cn-northwest-1", "13:00"}, {"eu-central-1", "06:00"},
    {"eu-central-2", "20:00"},   {"eu-west-1", "22:00"},      {"eu-west-2", "22:00"},
    {"eu-north-1", "23:00"},     {"eu-south-1", "21:00"},     {"eu-south-2", "21:00"},
    {"af-south-1", "20:00"},     {"eu-west-3", "23:00"},      {"me-south-1", "13:00"},
    {"me-central-1", "18:00"},   {"sa-east-1", "19:00"},      {"il-central-1", "20:00"},
};

}  // namespace

std::string_view defaultMaintenanceStart(std::string_view region) {
  for (const RegionWindow& window : kWindows) {
    if (window.region == region) return window.start;
  }
  return "03:00";
}

ApplicationMaintenanceConfigurationDescription describeMaintenance(const std::string& start) {
  int hour = (start[0] - '0') * 10 + (start[1] - '0');
  ApplicationMaintenanceConfigurationDescription description;
  description.applicationMaintenanceWindowStartTime = start;
  description.applicationMaintenanceWindowEndTime =
      fmt::format("{:02}{}", (hour + 8) % 24, std::string_view(start).substr(2));
  return description;
}

}  // namespace millrace::kinesisanalyticsv2
