// Rules for the names of buckets and objects.
#pragma once

#include <string_view>

#include "aws/model/api_error.h"

namespace millrace::s3 {

// Of a new general purpose bucket; the error is InvalidBucketName.
Outcome<void> checkBucketName(std::string_view name);

// At most 1,024 bytes (KeyTooLongError) of UTF-8 (InvalidURI).
Outcome<void> checkKey(std::string_view key);

bool isUtf8(std::string_view text);

}  // namespace millrace::s3
