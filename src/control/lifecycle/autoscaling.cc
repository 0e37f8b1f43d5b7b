// AUTOSCALING: the job is stopped with a snapshot and goes on at another parallelism.
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "control/lifecycle/replacement.h"

namespace millrace::kinesisanalyticsv2 {

const StatusBehaviour kAutoscalingBehaviour = {ApplicationStatus::kAutoscaling, beginReplacement,
                                               handleReplacement};

}  // namespace millrace::kinesisanalyticsv2
