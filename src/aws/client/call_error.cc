#include "aws/client/call_error.h"

#include <fmt/format.h>

#include "aws/client/retry_policy.h"

namespace millrace {

namespace {

std::string regionOf(const ApiError& error) {
  const Document* region = error.members().find("Region");
  const auto* text = region == nullptr ? nullptr : region->as<std::string>();
  return text == nullptr ? std::string() : *text;
}

bool isWrongRegion(const ApiError& error) {
  return error.status() == 301 || error.code() == "PermanentRedirect" ||
         error.code() == "AuthorizationHeaderMalformed" ||
         error.code() == "IllegalLocationConstraintException";
}

bool isWrongKey(const ApiError& error) {
  return error.code() == "InvalidAccessKeyId" || error.code() == "UnrecognizedClientException" ||
         error.code() == "InvalidClientTokenId" || error.code() == "SignatureDoesNotMatch" ||
         error.code() == "InvalidSignatureException" ||
         error.code() == "IncompleteSignatureException";
}

std::string textOf(const ApiError& error, std::string_view what) {
  if (error.status() == 0) return fmt::format("{}: {}", what, error.message());
  // The answer to HEAD has no body that could say so.
  if (error.message().empty() && error.status() == 403) {
    return fmt::format("{}: AccessDenied: {} (HTTP 403)", what, error.code());
  }
  if (error.message().empty()) {
    return fmt::format("{}: {} (HTTP {})", what, error.code(), error.status());
  }
  return fmt::format("{}: {}: {}", what, error.code(), error.message());
}

}  // namespace

ApiError noResponse(std::string_view code, const Error& error) {
  std::string text = error.message();
  if (!error.hint().empty()) text += "; " + error.hint();
  return ApiError(std::string(code), 0, std::move(text));
}

Error callError(const ApiError& error, std::string_view what) {
  std::string text = textOf(error, what);
  if (error.code() == kCancelledCode) return Error(ErrorKind::kCancelled, std::move(text));
  if (error.code() == kNoCredentialsCode) return Error(ErrorKind::kPermission, std::move(text));
  if (isWrongRegion(error)) {
    std::string region = regionOf(error);
    return Error(ErrorKind::kInvalidArgument, std::move(text))
        .withHint(region.empty() ? "The resource is in another region: set it as the region."
                                 : fmt::format("Set the region to '{}'.", region));
  }
  if (isWrongKey(error)) {
    return Error(ErrorKind::kPermission, std::move(text))
        .withHint("Check the access key and its secret, and that they belong to this endpoint.");
  }
  RetryReason reason = retryReasonOf(error);
  if (reason == RetryReason::kExpired) {
    return Error(ErrorKind::kPermission, std::move(text)).withHint("Get new credentials.");
  }
  if (reason != RetryReason::kNone && reason != RetryReason::kClockSkew) {
    return Error(ErrorKind::kIo, std::move(text));
  }
  if (error.status() == 403 || error.code().starts_with("AccessDenied") ||
      error.code() == "UnauthorizedOperation") {
    return Error(ErrorKind::kPermission, std::move(text))
        .withHint("Allow the action in a policy of the user or role that calls.");
  }
  if (error.status() == 404 || error.code() == "ResourceNotFoundException") {
    return Error(ErrorKind::kNotFound, std::move(text));
  }
  return Error(error.status() >= 500 ? ErrorKind::kIo : ErrorKind::kInvalidArgument,
               std::move(text));
}

}  // namespace millrace
