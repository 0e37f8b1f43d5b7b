#include "aws/model/generated/kinesisanalyticsv2/describe_application.h"

#include "control/model/application_detail.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

void addJobPlan(Service& service, const Application& application, ApplicationDetail& detail) {
  auto& flink =
      detail.applicationConfigurationDescription->flinkApplicationConfigurationDescription;
  if (!flink || application.job.phase != JobPhase::kRun) return;
  std::string plan = service.engine().jobPlan({application.id, application.job.attempt});
  if (!plan.empty()) flink->jobPlanDescription = std::move(plan);
}

}  // namespace

Outcome<DescribeApplicationResponse> describeApplication(Service& service,
                                                         DescribeApplicationRequest& input,
                                                         RequestContext&) {
  return reading<DescribeApplicationResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<DescribeApplicationResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        ApplicationVersion version = TRY(service.currentVersion(reader, application));
        DescribeApplicationResponse response;
        response.applicationDetail =
            describeApplicationVersionOf(application, version, service.arnPrefix());
        if (input.includeAdditionalDetails.value_or(false)) {
          addJobPlan(service, application, response.applicationDetail);
        }
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
