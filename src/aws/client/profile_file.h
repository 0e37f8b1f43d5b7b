// The shared files of AWS's tools, ~/.aws/config and ~/.aws/credentials.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "aws/client/client_context.h"
#include "base/result.h"

namespace millrace {

// Settings of one section by name; nested ones (below "s3 =") as "s3.name".
using ProfileSettings = std::map<std::string, std::string, std::less<>>;

struct ProfileFile {
  std::map<std::string, ProfileSettings, std::less<>> profiles;  // by name
  std::map<std::string, ProfileSettings, std::less<>> services;  // [services name]

  const ProfileSettings* find(std::string_view profile) const;
};

// Lines that make no sense are left out, as the SDKs do. In ~/.aws/config a profile is
// [profile name] or [default], in the credentials file [name].
void parseProfileFile(std::string_view text, bool isConfig, ProfileFile& into);

// Both files: those that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE (or `credentialsFile`)
// name, else those below HOME. A setting of the credentials file wins. A file that is not there is
// empty; one that cannot be read is an error.
Result<ProfileFile> readProfileFiles(const ClientContext& context,
                                     const std::string& credentialsFile = {});

// AWS_PROFILE, else "default".
std::string profileName(const ClientContext& context);

}  // namespace millrace
