#include "aws/client/credentials.h"

#include <fmt/format.h>

#include <mutex>

namespace millrace {

namespace {

class StaticCredentials final : public CredentialsProvider {
 public:
  explicit StaticCredentials(SigningKeyPair keys) : keys_(std::move(keys)) {}

  Result<std::optional<Credentials>> find() override {
    return std::optional<Credentials>(Credentials{keys_, {}});
  }
  std::string name() const override { return "given keys"; }

 private:
  SigningKeyPair keys_;
};

class EnvironmentCredentials final : public CredentialsProvider {
 public:
  explicit EnvironmentCredentials(ClientContext context) : context_(std::move(context)) {}

  Result<std::optional<Credentials>> find() override {
    std::optional<std::string> key = context_.variables("AWS_ACCESS_KEY_ID");
    std::optional<std::string> secret = context_.variables("AWS_SECRET_ACCESS_KEY");
    if (!key && !secret) return std::optional<Credentials>();
    if (!key || !secret) {
      return Error(ErrorKind::kMissingOption,
                   fmt::format("{} is set and {} is not",
                               key ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY",
                               key ? "AWS_SECRET_ACCESS_KEY" : "AWS_ACCESS_KEY_ID"))
          .withHint("Set both, or neither to use a profile.");
    }
    Credentials found;
    found.keys = {*key, *secret, context_.variables("AWS_SESSION_TOKEN").value_or("")};
    return std::optional<Credentials>(std::move(found));
  }
  std::string name() const override { return "AWS_ACCESS_KEY_ID"; }

 private:
  ClientContext context_;
};

class CredentialsChain final : public CredentialsProvider {
 public:
  explicit CredentialsChain(std::vector<CredentialsPtr> providers)
      : providers_(std::move(providers)) {}

  Result<std::optional<Credentials>> find() override {
    for (const CredentialsPtr& provider : providers_) {
      std::optional<Credentials> found = TRY(provider->find());
      if (found) return found;
    }
    return std::optional<Credentials>();
  }

  void expire() override {
    for (const CredentialsPtr& provider : providers_) provider->expire();
  }

  std::string name() const override {
    std::vector<std::string> names;
    for (const CredentialsPtr& provider : providers_) names.push_back(provider->name());
    return fmt::format("{}", fmt::join(names, ", "));
  }

 private:
  std::vector<CredentialsPtr> providers_;
};

// One thread asks the source; others wait for it only when what is kept has expired.
class CachedCredentials final : public CredentialsProvider {
 public:
  CachedCredentials(Env& env, CredentialsPtr source) : env_(env), source_(std::move(source)) {}

  Result<std::optional<Credentials>> find() override {
    std::unique_lock asking(asking_, std::defer_lock);
    if (std::optional<Credentials> kept = this->kept(kRenewBefore)) return kept;
    if (this->kept(kUseUntil)) {
      if (!asking.try_lock()) return this->kept(kUseUntil);
    } else {
      asking.lock();
    }
    // Another thread may have asked meanwhile.
    if (std::optional<Credentials> kept = this->kept(kRenewBefore)) return kept;
    Result<std::optional<Credentials>> found = source_->find();
    if (!found.ok()) {
      if (std::optional<Credentials> kept = this->kept(kUseUntil)) return kept;
      return std::move(found).error();
    }
    std::lock_guard lock(mutex_);
    kept_ = found.value();
    return kept_;
  }

  void expire() override {
    std::lock_guard lock(mutex_);
    kept_.reset();
    source_->expire();
  }

  std::string name() const override { return source_->name(); }

 private:
  static constexpr int64_t kRenewBefore = 300'000'000;
  static constexpr int64_t kUseUntil = 10'000'000;

  // Those that live for that long at least.
  std::optional<Credentials> kept(int64_t micros) {
    std::lock_guard lock(mutex_);
    if (!kept_ ||
        (kept_->expiresMicros && *kept_->expiresMicros - micros <= env_.clock().nowMicros())) {
      return {};
    }
    return kept_;
  }

  Env& env_;
  CredentialsPtr source_;
  std::mutex asking_;
  std::mutex mutex_;
  std::optional<Credentials> kept_;
};

}  // namespace

CredentialsPtr makeStaticCredentials(SigningKeyPair keys) {
  return std::make_shared<StaticCredentials>(std::move(keys));
}

CredentialsPtr makeEnvironmentCredentials(ClientContext context) {
  return std::make_shared<EnvironmentCredentials>(std::move(context));
}

CredentialsPtr makeCredentialsChain(std::vector<CredentialsPtr> providers) {
  return std::make_shared<CredentialsChain>(std::move(providers));
}

CredentialsPtr makeCachedCredentials(Env& env, CredentialsPtr source) {
  return std::make_shared<CachedCredentials>(env, std::move(source));
}

CredentialsPtr makeDefaultCredentials(ClientContext context) {
  Env& env = *context.env;
  std::vector<CredentialsPtr> providers;
  providers.push_back(makeEnvironmentCredentials(context));
  providers.push_back(makeEnvironmentWebIdentity(context));
  providers.push_back(makeProfileCredentials(context));
  providers.push_back(makeContainerCredentials(context));
  providers.push_back(makeInstanceCredentials(context));
  return makeCachedCredentials(env, makeCredentialsChain(std::move(providers)));
}

Result<Credentials> requireCredentials(CredentialsProvider& provider) {
  std::optional<Credentials> found = TRY(provider.find());
  if (found) return std::move(*found);
  return Error(ErrorKind::kPermission,
               fmt::format("no AWS credentials found (looked in: {})", provider.name()))
      .withHint(
          "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile of ~/.aws/credentials "
          "in AWS_PROFILE, or give the connector its keys.");
}

}  // namespace millrace
