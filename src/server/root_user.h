// The root user's keys: from the options, or made at first start and kept in DATA/credentials, in
// the format of AWS's shared credentials file.
#pragma once

#include <memory>
#include <string>

#include "aws/server/principal.h"
#include "base/result.h"
#include "env/env.h"

namespace millrace {

struct RootKeys {
  std::string accessKeyId;
  std::string secretAccessKey;
};

// Both given, or neither: then those of the file, which is made when it is not there.
Result<RootKeys> rootKeys(Env& env, const std::string& file, RootKeys given);

Principal rootPrincipal(const std::string& account);

std::unique_ptr<CredentialStore> makeRootCredentials(RootKeys keys, const std::string& account);

}  // namespace millrace
