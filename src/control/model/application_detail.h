// What the API shows of an application.
#pragma once

#include <string>

#include "aws/model/generated/kinesisanalyticsv2/shapes/application_detail.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_operation_info.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_operation_info_details.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_summary.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/snapshot_details.h"
#include "control/model/application.h"

namespace millrace::kinesisanalyticsv2 {

// `version` need not be the current one.
ApplicationDetail describeApplicationVersionOf(const Application& application,
                                               const ApplicationVersion& version,
                                               const std::string& arnPrefix);

ApplicationSummary summarize(const Application& application, const std::string& runtimeEnvironment,
                             const std::string& arnPrefix);

// Of the application for the current version, ROLLED_BACK for one that was left by a rollback, and
// READY for what is history.
std::string versionStatus(const Application& application, const ApplicationVersion& version);

ApplicationOperationInfo summarize(const OperationRecord& operation);
ApplicationOperationInfoDetails describeOperation(const OperationRecord& operation);

SnapshotDetails describeSnapshot(const Snapshot& snapshot);

}  // namespace millrace::kinesisanalyticsv2
