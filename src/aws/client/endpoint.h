// Where a service is, and in which region: the chains of AWS's SDKs.
#pragma once

#include <optional>
#include <string>

#include "aws/client/client_context.h"
#include "aws/client/http_transport.h"
#include "aws/model/model.h"
#include "base/result.h"

namespace millrace {

// The given one, AWS_REGION, AWS_DEFAULT_REGION, the profile's. kMissingOption when none is set.
Result<std::string> findRegion(const ClientContext& context, const std::string& given);

struct Endpoint {
  HttpOrigin origin;
  std::string basePath;  // "" or "/path" without a slash at its end
  bool isAws = false;    // AWS's own, found by the region
};

// The given URL, AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's services section and
// endpoint_url (unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true), else AWS's own.
Result<Endpoint> findEndpoint(const ClientContext& context, const ServiceModel& service,
                              const std::string& region, const std::string& given);

// "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": the variable that names the endpoint of this service alone.
std::string endpointVariable(const ServiceModel& service);

// "amazonaws.com", or that of the region's partition.
std::string_view dnsSuffix(std::string_view region);

}  // namespace millrace
