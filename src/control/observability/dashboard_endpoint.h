// DashboardEndpoint: Flink's monitoring REST of each application, below the URL that
// CreateApplicationPresignedUrl hands out:
//
//   /flinkdashboard/<application>/?authToken=<token>       the first request, then a cookie has it
//   /flinkdashboard/<application>/jobs/overview            any path of Flink's REST
//
// Reading only. Errors have Flink's shape, {"errors": [...]}.
#pragma once

#include <string>

#include "control/service.h"
#include "http/message.h"

namespace millrace::kinesisanalyticsv2 {

// Thread-safe.
class DashboardEndpoint {
 public:
  // open: nobody needs a token. The service outlives it.
  DashboardEndpoint(Service& service, bool open) : service_(service), open_(open) {}

  static bool owns(const HttpRequest& request);
  // Requires: owns(request).
  HttpResponse answer(const HttpRequest& request);

 private:
  Service& service_;
  const bool open_;
};

}  // namespace millrace::kinesisanalyticsv2
