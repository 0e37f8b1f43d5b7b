#include "aws/model/generated/kinesisanalyticsv2/create_application_presigned_url.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/application_status.h"
#include "aws/model/generated/kinesisanalyticsv2/shapes/url_type.h"
#include "control/model/runtime_environment.h"
#include "control/service.h"
#include "control/store/transact.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr int64_t kDefaultSeconds = 12 * 3600;

}  // namespace

Outcome<CreateApplicationPresignedUrlResponse> createApplicationPresignedUrl(
    Service& service, CreateApplicationPresignedUrlRequest& input, RequestContext& context) {
  if (input.urlType != UrlType::kFlinkDashboardUrl) {
    return invalidArgumentException("The only valid UrlType is FLINK_DASHBOARD_URL.");
  }
  return reading<CreateApplicationPresignedUrlResponse>(
      service.store(), [&](StoreReader& reader) -> Outcome<CreateApplicationPresignedUrlResponse> {
        Application application = TRY(service.find(reader, input.applicationName));
        ApplicationVersion version = TRY(service.currentVersion(reader, application));
        if (!isFlink(version.runtimeEnvironment)) {
          return invalidArgumentException("Only Flink applications have a dashboard.");
        }
        if (application.status != ApplicationStatus::kRunning) {
          return inUse(application, "connected to");
        }
        std::string token = service.dashboardSessions().open(
            application.id, input.sessionExpirationDurationInSeconds.value_or(kDefaultSeconds));
        std::string_view host = context.http.headers.get("Host");
        CreateApplicationPresignedUrlResponse response;
        response.authorizedUrl = fmt::format(
            "{}://{}/flinkdashboard/{}/?authToken={}", context.http.secure ? "https" : "http",
            host.empty() ? "localhost" : host, application.name, token);
        return response;
      });
}

}  // namespace millrace::kinesisanalyticsv2
