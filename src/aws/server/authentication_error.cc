#include "aws/server/authentication_error.h"

#include <fmt/format.h>

#include "base/check.h"

namespace millrace {

namespace {

constexpr int kBadRequest = 400;
constexpr int kForbidden = 403;

constexpr std::string_view kMismatchText =
    "The request signature we calculated does not match the signature you provided. Check your AWS "
    "Secret Access Key and signing method. Consult the service documentation for details.";
constexpr std::string_view kTokenText = "The security token included in the request is invalid.";
constexpr std::string_view kTokenExpiredText =
    "The security token included in the request is expired";

ApiError make(std::string_view code, int status, std::string_view message) {
  return ApiError(std::string(code), status, std::string(message));
}

ApiError jsonError(AuthenticationFailure failure, const std::string& detail) {
  switch (failure) {
    case AuthenticationFailure::kMissing:
      return make("MissingAuthenticationTokenException", kBadRequest,
                  "Request is missing Authentication Token");
    case AuthenticationFailure::kIncomplete:
      return make("IncompleteSignatureException", kBadRequest, detail);
    case AuthenticationFailure::kWrongScope:
    case AuthenticationFailure::kTimeSkew:
    case AuthenticationFailure::kExpired:
    case AuthenticationFailure::kUnsignedHeaders:
      return make("InvalidSignatureException", kBadRequest, detail);
    case AuthenticationFailure::kUnknownKey:
    case AuthenticationFailure::kTokenInvalid:
      return make("UnrecognizedClientException", kBadRequest, kTokenText);
    case AuthenticationFailure::kMismatch:
    case AuthenticationFailure::kWrongPayload:
      return make("InvalidSignatureException", kBadRequest, kMismatchText);
    case AuthenticationFailure::kTokenExpired:
      return make("ExpiredTokenException", kBadRequest, kTokenExpiredText);
  }
  UNREACHABLE();
}

ApiError queryError(AuthenticationFailure failure, const std::string& detail) {
  switch (failure) {
    case AuthenticationFailure::kMissing:
      return make("MissingAuthenticationToken", kForbidden,
                  "Request is missing Authentication Token");
    case AuthenticationFailure::kIncomplete:
      return make("IncompleteSignature", kForbidden, detail);
    case AuthenticationFailure::kExpired:
      return make("RequestExpired", kForbidden, detail);
    case AuthenticationFailure::kWrongScope:
    case AuthenticationFailure::kTimeSkew:
    case AuthenticationFailure::kUnsignedHeaders:
      return make("SignatureDoesNotMatch", kForbidden, detail);
    case AuthenticationFailure::kUnknownKey:
    case AuthenticationFailure::kTokenInvalid:
      return make("InvalidClientTokenId", kForbidden, kTokenText);
    case AuthenticationFailure::kMismatch:
    case AuthenticationFailure::kWrongPayload:
      return make("SignatureDoesNotMatch", kForbidden, kMismatchText);
    case AuthenticationFailure::kTokenExpired:
      return make("ExpiredToken", kForbidden, kTokenExpiredText);
  }
  UNREACHABLE();
}

ApiError s3Error(AuthenticationFailure failure, const std::string& detail) {
  switch (failure) {
    case AuthenticationFailure::kMissing:
      return make("AccessDenied", kForbidden, "Access Denied");
    case AuthenticationFailure::kIncomplete:
    case AuthenticationFailure::kWrongScope:
      return make("AuthorizationHeaderMalformed", kBadRequest,
                  "The authorization header is malformed; " + detail);
    case AuthenticationFailure::kTimeSkew:
      return make("RequestTimeTooSkewed", kForbidden,
                  "The difference between the request time and the current time is too large.");
    case AuthenticationFailure::kExpired:
      return make("AccessDenied", kForbidden, "Request has expired");
    case AuthenticationFailure::kUnsignedHeaders:
      return make("AccessDenied", kForbidden,
                  "There were headers present in the request which were not signed")
          .with("HeadersNotSigned", detail);
    case AuthenticationFailure::kUnknownKey:
      return make("InvalidAccessKeyId", kForbidden,
                  "The AWS Access Key Id you provided does not exist in our records.")
          .with("AWSAccessKeyId", detail);
    case AuthenticationFailure::kMismatch:
      return make("SignatureDoesNotMatch", kForbidden,
                  "The request signature we calculated does not match the signature you provided. "
                  "Check your key and signing method.");
    case AuthenticationFailure::kTokenExpired:
      return make("ExpiredToken", kBadRequest, "The provided token has expired.");
    case AuthenticationFailure::kTokenInvalid:
      return make("InvalidToken", kBadRequest,
                  "The provided token is malformed or otherwise invalid.");
    case AuthenticationFailure::kWrongPayload:
      return make("XAmzContentSHA256Mismatch", kBadRequest,
                  "The provided 'x-amz-content-sha256' header does not match what was computed.");
  }
  UNREACHABLE();
}

}  // namespace

ErrorStyle errorStyleOf(WireFormat format) {
  if (format == WireFormat::kQuery) return ErrorStyle::kQuery;
  return format == WireFormat::kRestXml ? ErrorStyle::kS3 : ErrorStyle::kJson;
}

ApiError authenticationError(AuthenticationFailure failure, ErrorStyle style, std::string detail) {
  switch (style) {
    case ErrorStyle::kJson:
      return jsonError(failure, detail);
    case ErrorStyle::kQuery:
      return queryError(failure, detail);
    case ErrorStyle::kS3:
      return s3Error(failure, detail);
  }
  UNREACHABLE();
}

ApiError accessDenied(ErrorStyle style, std::string message) {
  if (style == ErrorStyle::kJson) return make("AccessDeniedException", kBadRequest, message);
  return make("AccessDenied", kForbidden, message);
}

ApiError bodyError(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kPermission:
      return authenticationError(AuthenticationFailure::kMismatch, ErrorStyle::kS3);
    case ErrorKind::kInvalidArgument:
      return authenticationError(AuthenticationFailure::kWrongPayload, ErrorStyle::kS3);
    case ErrorKind::kCorruptData:
      return make("BadDigest", kBadRequest,
                  "The Content-MD5 or checksum value that you specified did not match what we "
                  "received.");
    case ErrorKind::kMalformedRecord:
      return make("IncompleteBody", kBadRequest,
                  "The request body did not have the form or number of bytes that its header "
                  "announces: " +
                      error.message());
    case ErrorKind::kIo:
      return make("RequestTimeout", kBadRequest,
                  "Your socket connection to the server was not read from or written to within "
                  "the timeout period.");
    default:
      return ApiError(Error(error));
  }
}

}  // namespace millrace
