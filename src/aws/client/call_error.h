// Errors of calls as errors of the engine: with a kind, and what to do about them.
#pragma once

#include <string_view>

#include "aws/model/api_error.h"
#include "base/error.h"

namespace millrace {

// A call that got no response has status 0 and one of these codes.
inline constexpr std::string_view kNetworkErrorCode = "NetworkError";
inline constexpr std::string_view kTimeoutCode = "RequestTimeout";
inline constexpr std::string_view kCancelledCode = "Cancelled";
inline constexpr std::string_view kNoCredentialsCode = "NoCredentials";

// `error` of a call without a response; its text is the message.
ApiError noResponse(std::string_view code, const Error& error);

// kPermission, kNotFound, kIo (another attempt may help), kInvalidArgument, kCancelled; the
// message is "<what>: <code>: <message of the service>".
Error callError(const ApiError& error, std::string_view what);

}  // namespace millrace
