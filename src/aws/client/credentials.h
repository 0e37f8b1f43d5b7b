// Credentials: who a client is. Providers find them where AWS's SDKs look.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "aws/client/client_context.h"
#include "aws/signature/signer.h"
#include "base/result.h"

namespace millrace {

struct Credentials {
  SigningKeyPair keys;
  std::optional<int64_t> expiresMicros;  // of the wall clock
};

// Thread-safe. May wait for the network.
class CredentialsProvider {
 public:
  virtual ~CredentialsProvider() = default;

  // nullopt: this provider has nothing to say (another one may). An error: it should have, but
  // cannot; no other provider is asked, so that nobody works under a name he did not mean.
  virtual Result<std::optional<Credentials>> find() = 0;

  // The service has refused them as expired: the next find() asks again.
  virtual void expire() {}

  // What it is called in messages: "the environment", "profile 'dev'".
  virtual std::string name() const = 0;
};
// Shared: clients and their credentials have no order in which they end.
using CredentialsPtr = std::shared_ptr<CredentialsProvider>;

CredentialsPtr makeStaticCredentials(SigningKeyPair keys);

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
CredentialsPtr makeEnvironmentCredentials(ClientContext context);

// A profile of the shared files: keys, or a role with source_profile, credential_source or a web
// identity. `profile` "" = AWS_PROFILE, else "default"; `file` "" = the shared credentials file.
struct ProfileOptions {
  std::string profile;
  std::string credentialsFile;
};
CredentialsPtr makeProfileCredentials(ClientContext context, ProfileOptions options = {});

// AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or _FULL_URI, AWS_CONTAINER_AUTHORIZATION_TOKEN[_FILE].
CredentialsPtr makeContainerCredentials(ClientContext context);

// The role of the EC2 instance, by version 2 of its metadata service.
CredentialsPtr makeInstanceCredentials(ClientContext context);

// What is needed to assume a role through STS.
struct AssumedRole {
  std::string roleArn;
  std::string sessionName;         // "" = one that is made up
  std::string externalId;          // "" = none
  int64_t durationSeconds = 3600;  // 900 to 43200
  std::string region;              // of STS; "" = by the region chain
  std::string endpoint;            // of STS; "" = by the endpoint chain
  std::string webIdentityTokenFile;
};
// With the credentials of `source`.
CredentialsPtr makeAssumedRoleCredentials(ClientContext context, AssumedRole role,
                                          CredentialsPtr source);
// With the token in role.webIdentityTokenFile.
CredentialsPtr makeWebIdentityCredentials(ClientContext context, AssumedRole role);
// AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME.
CredentialsPtr makeEnvironmentWebIdentity(ClientContext context);

// The first of them that has something to say.
CredentialsPtr makeCredentialsChain(std::vector<CredentialsPtr> providers);

// Keeps what `source` found until shortly before it expires. Five minutes before, one caller asks
// anew; if that fails the others go on with what they have until it has expired.
CredentialsPtr makeCachedCredentials(Env& env, CredentialsPtr source);

// Environment, web identity, profile, container, instance; cached.
CredentialsPtr makeDefaultCredentials(ClientContext context);

// The credentials, or an error that says where they were looked for.
Result<Credentials> requireCredentials(CredentialsProvider& provider);

}  // namespace millrace
