#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

struct PhaseName {
  JobPhase phase;
  std::string_view name;
};

constexpr PhaseName kPhaseNames[] = {
    {JobPhase::kNone, "none"}, {JobPhase::kStart, "start"},   {JobPhase::kRun, "run"},
    {JobPhase::kStop, "stop"}, {JobPhase::kCancel, "cancel"},
};

}  // namespace

std::string_view jobPhaseName(JobPhase phase) {
  return kPhaseNames[static_cast<size_t>(phase)].name;
}

std::optional<JobPhase> parseJobPhase(std::string_view name) {
  for (const PhaseName& entry : kPhaseNames) {
    if (entry.name == name) return entry.phase;
  }
  return std::nullopt;
}

}  // namespace millrace::kinesisanalyticsv2
