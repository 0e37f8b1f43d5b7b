#include "aws/client/endpoint.h"

#include <fmt/format.h>

#include "aws/client/profile_file.h"

namespace millrace {

namespace {

// "Kinesis Analytics V2" -> "KINESIS_ANALYTICS_V2" or "kinesis_analytics_v2"
std::string serviceKey(const ServiceModel& service, bool upper) {
  std::string key;
  for (char c : service.serviceId) {
    bool isLower = c >= 'a' && c <= 'z';
    bool isUpper = c >= 'A' && c <= 'Z';
    if (upper && isLower) c = static_cast<char>(c - 32);
    if (!upper && isUpper) c = static_cast<char>(c + 32);
    key += isLower || isUpper || (c >= '0' && c <= '9') ? c : '_';
  }
  return key;
}

bool isTrue(const std::optional<std::string>& value) { return value == "true" || value == "True"; }

std::string settingOf(const ProfileSettings& settings, std::string_view name) {
  auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

Result<std::string> profileEndpoint(const ClientContext& context, const ServiceModel& service) {
  ProfileFile file = TRY(readProfileFiles(context));
  const ProfileSettings* profile = file.find(profileName(context));
  if (profile == nullptr) return std::string();
  auto services = file.services.find(settingOf(*profile, "services"));
  if (services != file.services.end()) {
    std::string url = settingOf(services->second, serviceKey(service, false) + ".endpoint_url");
    if (!url.empty()) return url;
  }
  return settingOf(*profile, "endpoint_url");
}

Result<std::string> configuredEndpoint(const ClientContext& context, const ServiceModel& service) {
  if (isTrue(context.variables("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"))) return std::string();
  if (auto url = context.variables(endpointVariable(service))) return *url;
  if (auto url = context.variables("AWS_ENDPOINT_URL")) return *url;
  return profileEndpoint(context, service);
}

// A region becomes part of a host name: nothing else may come with it.
bool isHostLabel(std::string_view region) {
  constexpr size_t kMaxLabel = 63;
  if (region.empty() || region.size() > kMaxLabel) return false;
  for (char c : region) {
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
      return false;
    }
  }
  return true;
}

Endpoint awsEndpoint(const ServiceModel& service, const std::string& region) {
  Endpoint endpoint;
  endpoint.isAws = true;
  // IAM is global.
  endpoint.origin.host =
      service.endpointPrefix == "iam"
          ? "iam.amazonaws.com"
          : fmt::format("{}.{}.{}", service.endpointPrefix, region, dnsSuffix(region));
  return endpoint;
}

}  // namespace

std::string endpointVariable(const ServiceModel& service) {
  return "AWS_ENDPOINT_URL_" + serviceKey(service, true);
}

std::string_view dnsSuffix(std::string_view region) {
  if (region.starts_with("cn-")) return "amazonaws.com.cn";
  if (region.starts_with("us-iso-")) return "c2s.ic.gov";
  if (region.starts_with("us-isob-")) return "sc2s.sgov.gov";
  if (region.starts_with("eusc-")) return "amazonaws.eu";
  return "amazonaws.com";
}

Result<std::string> findRegion(const ClientContext& context, const std::string& given) {
  std::string region = given;
  if (region.empty()) region = context.variables("AWS_REGION").value_or("");
  if (region.empty()) region = context.variables("AWS_DEFAULT_REGION").value_or("");
  if (region.empty()) {
    ProfileFile file = TRY(readProfileFiles(context));
    const ProfileSettings* profile = file.find(profileName(context));
    if (profile != nullptr) region = settingOf(*profile, "region");
  }
  if (region.empty()) {
    return Error(ErrorKind::kMissingOption, "no AWS region is set")
        .withHint("Give the region as an option, set AWS_REGION, or name it in ~/.aws/config.");
  }
  if (isHostLabel(region)) return region;
  return Error(ErrorKind::kInvalidOption, fmt::format("'{}' is no AWS region", region))
      .withHint("Regions look like us-east-1.");
}

Result<Endpoint> findEndpoint(const ClientContext& context, const ServiceModel& service,
                              const std::string& region, const std::string& given) {
  std::string url = given.empty() ? TRY(configuredEndpoint(context, service)) : given;
  if (url.empty()) return awsEndpoint(service, region);
  // "s3.example.org:9000" is what Hadoop's users write.
  if (!given.empty() && url.find("://") == std::string::npos) url = "https://" + url;
  Endpoint endpoint;
  endpoint.origin = TRY(parseOrigin(url, &endpoint.basePath));
  endpoint.basePath = endpoint.basePath.substr(0, endpoint.basePath.find_first_of("?#"));
  while (endpoint.basePath.ends_with('/')) endpoint.basePath.pop_back();
  endpoint.isAws = endpoint.origin.host.ends_with(".amazonaws.com") ||
                   endpoint.origin.host.ends_with(".amazonaws.com.cn");
  return endpoint;
}

}  // namespace millrace
