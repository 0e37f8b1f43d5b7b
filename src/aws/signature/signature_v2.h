// Signature version 2 of S3, as URLs carry it (AWSAccessKeyId, Expires, Signature): what stock
// boto3 makes in us-east-1 when it is not told otherwise. HMAC-SHA1 over a text that has the verb,
// a few headers and the resource.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace millrace {

// Has the query the parameters of such a signature, or some of them?
bool isPresignedV2(std::string_view query);

// What is signed. The path is the one that was sent, without a bucket; `bucket` is the one that the
// host names, or "" (path style). Amazon's headers, Content-Type and Content-MD5 may stand in the
// query instead of in the head.
std::string stringToSignV2(const HttpRequest& request, std::string_view bucket,
                           std::string_view expires);

// Base64 of HMAC-SHA1.
std::string signatureV2(std::string_view secretKey, std::string_view stringToSign);

}  // namespace millrace
