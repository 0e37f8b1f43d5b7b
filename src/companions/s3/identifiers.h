// Identifiers that S3 makes: of versions, of uploads, of owners.
#pragma once

#include <string>
#include <string_view>

#include "aws/model/api_error.h"
#include "env/env.h"

namespace millrace::s3 {

std::string newVersionId(Random& random);
std::string newUploadId(Random& random);

// "null", or what newVersionId makes; else InvalidArgument.
Outcome<void> checkVersionId(std::string_view version);

// The canonical user id of an account: 64 hexadecimal digits.
std::string canonicalUserId(std::string_view account);

}  // namespace millrace::s3
