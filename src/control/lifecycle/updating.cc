// UPDATING: the job of the version before is stopped with a snapshot, and the new version goes on
// from it, or from what RunConfigurationUpdate has chosen.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/replacement.h"

namespace millrace::kinesisanalyticsv2 {

const StatusBehaviour kUpdatingBehaviour = {ApplicationStatus::kUpdating, beginReplacement,
                                            handleReplacement};

}  // namespace millrace::kinesisanalyticsv2
