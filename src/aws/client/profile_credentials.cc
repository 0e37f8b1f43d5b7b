// Credentials of a profile in the shared files.
#include <fmt/format.h>

#include <charconv>

#include "aws/client/credentials.h"
#include "aws/client/profile_file.h"

namespace millrace {

namespace {

constexpr int kMaxRoles = 5;  // one profile assumes the role of another

std::string settingOf(const ProfileSettings& profile, std::string_view name) {
  auto found = profile.find(name);
  return found == profile.end() ? std::string() : found->second;
}

class ProfileCredentials final : public CredentialsProvider {
 public:
  ProfileCredentials(ClientContext context, ProfileOptions options)
      : context_(std::move(context)), options_(std::move(options)) {}

  Result<std::optional<Credentials>> find() override {
    std::string profile = options_.profile.empty() ? profileName(context_) : options_.profile;
    ProfileFile file = TRY(readProfileFiles(context_, options_.credentialsFile));
    if (file.find(profile) == nullptr) {
      bool named = !options_.profile.empty() || context_.variables("AWS_PROFILE");
      if (!named) return std::optional<Credentials>();
      return missing(profile);
    }
    CredentialsPtr provider = TRY(providerOf(file, profile, 0));
    if (provider == nullptr) return std::optional<Credentials>();
    return provider->find();
  }

  std::string name() const override {
    return fmt::format("profile '{}'",
                       options_.profile.empty() ? profileName(context_) : options_.profile);
  }

 private:
  static Error missing(std::string_view profile) {
    return Error(ErrorKind::kNotFound, fmt::format("no AWS profile '{}'", profile))
        .withHint("Add it to ~/.aws/config or ~/.aws/credentials, or change AWS_PROFILE.");
  }

  // Null: the profile holds no credentials.
  Result<CredentialsPtr> providerOf(const ProfileFile& file, const std::string& name, int depth) {
    const ProfileSettings* profile = file.find(name);
    if (profile == nullptr) return missing(name);
    if (depth > kMaxRoles) {
      return Error(ErrorKind::kInvalidOption,
                   fmt::format("the source_profile of profile '{}' leads in a circle", name));
    }
    std::string role = settingOf(*profile, "role_arn");
    bool selfSource = settingOf(*profile, "source_profile") == name && depth > 0;
    if (!role.empty() && !selfSource) return roleOf(file, name, *profile, depth);
    std::string key = settingOf(*profile, "aws_access_key_id");
    std::string secret = settingOf(*profile, "aws_secret_access_key");
    if (!key.empty() && !secret.empty()) {
      return makeStaticCredentials({key, secret, settingOf(*profile, "aws_session_token")});
    }
    for (const char* setting : {"credential_process", "sso_session", "sso_start_url"}) {
      if (settingOf(*profile, setting).empty()) continue;
      return Error(ErrorKind::kUnsupported,
                   fmt::format("profile '{}' gets its credentials by {}", name, setting))
          .withHint("Export them: eval \"$(aws configure export-credentials --format env)\"");
    }
    return CredentialsPtr();
  }

  Result<CredentialsPtr> roleOf(const ProfileFile& file, const std::string& name,
                                const ProfileSettings& profile, int depth) {
    AssumedRole role;
    role.roleArn = settingOf(profile, "role_arn");
    role.sessionName = settingOf(profile, "role_session_name");
    role.externalId = settingOf(profile, "external_id");
    role.region = settingOf(profile, "region");
    role.webIdentityTokenFile = settingOf(profile, "web_identity_token_file");
    std::string seconds = settingOf(profile, "duration_seconds");
    if (!seconds.empty()) {
      std::from_chars(seconds.data(), seconds.data() + seconds.size(), role.durationSeconds);
    }
    if (!settingOf(profile, "mfa_serial").empty()) {
      return Error(ErrorKind::kUnsupported,
                   fmt::format("profile '{}' asks for a code of an MFA device", name))
          .withHint("Get a session with 'aws sts get-session-token' and use its keys.");
    }
    if (!role.webIdentityTokenFile.empty()) return makeWebIdentityCredentials(context_, role);
    CredentialsPtr source = TRY(sourceOf(file, name, profile, depth));
    return makeAssumedRoleCredentials(context_, role, std::move(source));
  }

  Result<CredentialsPtr> sourceOf(const ProfileFile& file, const std::string& name,
                                  const ProfileSettings& profile, int depth) {
    std::string sourceProfile = settingOf(profile, "source_profile");
    if (!sourceProfile.empty()) {
      CredentialsPtr source = TRY(providerOf(file, sourceProfile, depth + 1));
      if (source != nullptr) return source;
      return Error(ErrorKind::kMissingOption,
                   fmt::format("profile '{}' holds no credentials", sourceProfile));
    }
    std::string source = settingOf(profile, "credential_source");
    if (source == "Environment") return makeEnvironmentCredentials(context_);
    if (source == "EcsContainer") return makeContainerCredentials(context_);
    if (source == "Ec2InstanceMetadata") return makeInstanceCredentials(context_);
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("profile '{}' has a role_arn and no source of credentials", name))
        .withHint(
            "Set source_profile, or credential_source to Environment, EcsContainer or "
            "Ec2InstanceMetadata.");
  }

  ClientContext context_;
  ProfileOptions options_;
};

}  // namespace

CredentialsPtr makeProfileCredentials(ClientContext context, ProfileOptions options) {
  return std::make_shared<ProfileCredentials>(std::move(context), std::move(options));
}

}  // namespace millrace
