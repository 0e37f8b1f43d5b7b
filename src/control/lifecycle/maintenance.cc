// MAINTENANCE: the job is stopped with a snapshot and goes on as it was, in a new worker.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/replacement.h"

namespace millrace::kinesisanalyticsv2 {

const StatusBehaviour kMaintenanceBehaviour = {ApplicationStatus::kMaintenance, beginReplacement,
                                               handleReplacement};

}  // namespace millrace::kinesisanalyticsv2
