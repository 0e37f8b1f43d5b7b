#include "control/model/resource_names.h"

#include <fmt/format.h>

namespace millrace::kinesisanalyticsv2 {

namespace {

std::string_view partitionOf(std::string_view region) {
  if (region.starts_with("cn-")) return "aws-cn";
  if (region.starts_with("us-gov-")) return "aws-us-gov";
  return "aws";
}

// What stands behind the first `colons` colons; empty when there are fewer.
std::string_view behindColons(std::string_view text, int colons) {
  for (; colons > 0; --colons) {
    size_t at = text.find(':');
    if (at == std::string_view::npos) return {};
    text.remove_prefix(at + 1);
  }
  return text;
}

}  // namespace

std::string bucketOfArn(std::string_view arn) {
  if (!arn.starts_with("arn:")) return std::string(arn);
  std::string_view bucket = behindColons(arn, 5);
  return std::string(bucket.empty() ? arn : bucket);
}

std::string applicationArnPrefix(std::string_view region, std::string_view account) {
  return fmt::format("arn:{}:kinesisanalytics:{}:{}:application/", partitionOf(region), region,
                     account);
}

std::optional<std::string> applicationOfArn(std::string_view arn) {
  constexpr std::string_view kResource = "application/";
  if (!arn.starts_with("arn:")) return std::nullopt;
  std::string_view service = behindColons(arn, 2);
  if (!service.starts_with("kinesisanalytics:")) return std::nullopt;
  std::string_view resource = behindColons(arn, 5);
  if (!resource.starts_with(kResource)) return std::nullopt;
  resource.remove_prefix(kResource.size());
  if (resource.empty() || resource.find_first_of(":/") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::string(resource);
}

}  // namespace millrace::kinesisanalyticsv2
