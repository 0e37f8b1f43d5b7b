#include "companions/sts/session_credentials.h"

namespace millrace::sts {

Credentials toCredentials(const TemporaryCredentials& given) {
  Credentials credentials;
  credentials.accessKeyId = given.accessKeyId;
  credentials.secretAccessKey = given.secretKey;
  credentials.sessionToken = given.sessionToken;
  credentials.expiration = Timestamp::fromMicros(given.expirationMicros);
  return credentials;
}

ApiError wrongDeviceCode() {
  return ApiError("AccessDenied", 403,
                  "MultiFactorAuthentication failed with invalid MFA one time pass code.");
}

}  // namespace millrace::sts
