// The errors of authentication, in the words of each kind of service: stock clients and scripts
// match on names and texts.
#pragma once

#include <cstdint>
#include <string>

#include "aws/model/api_error.h"
#include "aws/protocol/protocol.h"

namespace millrace {

// JSON and CBOR services, Query services, and S3 name the same failures differently.
enum class ErrorStyle : uint8_t { kJson, kQuery, kS3 };
ErrorStyle errorStyleOf(WireFormat format);

enum class AuthenticationFailure : uint8_t {
  kMissing,     // no signature at all
  kIncomplete,  // a part of it is missing or malformed; detail says which
  kWrongScope,  // of another date, region or service; detail says which
  kUnknownKey,
  kMismatch,
  kTimeSkew,  // detail has the times
  kExpired,   // a presigned URL after its time
  kTokenExpired,
  kTokenInvalid,
  kUnsignedHeaders,  // detail names them
  kWrongPayload,     // the body is not what was signed
};

ApiError authenticationError(AuthenticationFailure failure, ErrorStyle style,
                             std::string detail = {});

// An authorizer's AccessDeniedException as the kind of service spells it.
ApiError accessDenied(ErrorStyle style, std::string message);

// What reading a body failed with, as the client of S3 sees it.
ApiError bodyError(const Error& error);

}  // namespace millrace
