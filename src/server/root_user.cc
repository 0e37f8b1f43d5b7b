#include "server/root_user.h"

#include <fmt/format.h>

#include "env/file_system.h"
#include "env/private_file.h"

namespace millrace {

namespace {

constexpr std::string_view kIdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::string_view kSecretLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// Both alphabets have a power of two letters: no letter is more likely than another.
std::string randomText(Random& random, std::string_view letters, size_t length) {
  std::string text;
  while (text.size() < length) text += letters[random.next() % letters.size()];
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

// The keys of the section [default].
RootKeys parse(std::string_view text) {
  RootKeys keys;
  bool inDefault = false;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.starts_with('[')) inDefault = line == "[default]";
    size_t equals = line.find('=');
    if (!inDefault || equals == std::string_view::npos || line.starts_with('#')) continue;
    std::string_view name = trimmed(line.substr(0, equals));
    std::string value(trimmed(line.substr(equals + 1)));
    if (name == "aws_access_key_id") keys.accessKeyId = std::move(value);
    if (name == "aws_secret_access_key") keys.secretAccessKey = std::move(value);
  }
  return keys;
}

class RootCredentials final : public CredentialStore {
 public:
  RootCredentials(RootKeys keys, Principal principal)
      : keys_(std::move(keys)), principal_(std::move(principal)) {}

  std::optional<KnownCredentials> find(std::string_view accessKeyId) override {
    if (accessKeyId != keys_.accessKeyId) return {};
    KnownCredentials credentials;
    credentials.secretKey = keys_.secretAccessKey;
    credentials.principal = principal_;
    return credentials;
  }

 private:
  RootKeys keys_;
  Principal principal_;
};

}  // namespace

Result<RootKeys> rootKeys(Env& env, const std::string& file, RootKeys given) {
  if (given.accessKeyId.empty() != given.secretAccessKey.empty()) {
    return Error(ErrorKind::kMissingOption, "one of the root user's two keys is missing")
        .withHint(
            "Set both MILLRACE_ROOT_ACCESS_KEY_ID and MILLRACE_ROOT_SECRET_ACCESS_KEY, or "
            "neither.");
  }
  if (!given.accessKeyId.empty()) return given;
  if (env.files().exists(file)) {
    RootKeys keys = parse(TRY(readFile(env.files(), file)));
    if (!keys.accessKeyId.empty() && !keys.secretAccessKey.empty()) return keys;
    return Error(ErrorKind::kCorruptData, fmt::format("'{}' has no keys for [default]", file))
        .withHint("Restore it, or remove it: new keys are made at the next start.");
  }
  constexpr size_t kIdLength = 16;
  constexpr size_t kSecretLength = 40;
  RootKeys keys{"AKIA" + randomText(env.random(), kIdLetters, kIdLength),
                randomText(env.random(), kSecretLetters, kSecretLength)};
  TRY(writePrivateFile(file, fmt::format("[default]\naws_access_key_id = {}\n"
                                         "aws_secret_access_key = {}\n",
                                         keys.accessKeyId, keys.secretAccessKey)));
  return keys;
}

Principal rootPrincipal(const std::string& account) {
  Principal principal;
  principal.kind = Principal::Kind::kRoot;
  principal.account = account;
  principal.arn = fmt::format("arn:aws:iam::{}:root", account);
  principal.userId = account;
  return principal;
}

std::unique_ptr<CredentialStore> makeRootCredentials(RootKeys keys, const std::string& account) {
  return std::make_unique<RootCredentials>(std::move(keys), rootPrincipal(account));
}

}  // namespace millrace
