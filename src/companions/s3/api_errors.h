// S3's errors with its texts and the elements that it sends beside them. Those that one operation
// alone has are made where they happen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "aws/model/api_error.h"

namespace millrace::s3 {

ApiError bucketNotFound(std::string_view bucket);
ApiError keyNotFound(std::string_view key);
ApiError versionNotFound(std::string_view key, std::string_view version);
ApiError uploadNotFound(std::string_view uploadId);

ApiError accessRefused(std::string message = "Access Denied");
ApiError badRequest(std::string message);  // InvalidRequest
// `name` is the parameter or header as it is called on the wire.
ApiError invalidArgument(std::string message, std::string_view name, std::string_view value);
ApiError malformedXml();
ApiError notImplemented(std::string_view header);
ApiError preconditionFailed(std::string_view condition);
ApiError notModified();
ApiError methodNotAllowed(std::string_view method, std::string_view resourceType);
ApiError invalidRange(std::string_view range, uint64_t size);
ApiError invalidPartNumber(int64_t requested, int64_t count);

// A configuration that the bucket does not have: "NoSuchCORSConfiguration" and the like (404).
ApiError noConfiguration(std::string code, std::string message, std::string_view bucket);

}  // namespace millrace::s3
