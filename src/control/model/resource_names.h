// Names within ARNs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::kinesisanalyticsv2 {

// "arn:aws:s3:::bucket" -> "bucket"; what is no ARN of a bucket comes back as it is.
std::string bucketOfArn(std::string_view arn);

// "arn:aws:kinesisanalytics:us-east-1:000000000000:application/" for any partition.
std::string applicationArnPrefix(std::string_view region, std::string_view account);

// The name in "arn:aws:kinesisanalytics:<region>:<account>:application/<name>"; nothing when the
// text is no such ARN. Region and account are not looked at.
std::optional<std::string> applicationOfArn(std::string_view arn);

}  // namespace millrace::kinesisanalyticsv2
