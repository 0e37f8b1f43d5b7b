// Users, keys, roles and sessions as requests meet them, on a virtual clock and a real database.
#include "access/access_control.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <memory>
#include <string>

#include "access/identity/record_codec.h"
#include "access/identity/unique_id.h"
#include "access/session/service_role.h"
#include "env/sim/sim_env.h"

namespace millrace {
namespace {

constexpr const char* kAccount = "123456789012";
constexpr int64_t kMicros = 1'000'000;

class AccessControlTest : public testing::Test {
 protected:
  AccessControlTest() {
    std::string name = testing::TempDir() + "accessXXXXXX";
    directory_ = ::mkdtemp(name.data());
    open();
  }
  ~AccessControlTest() override {
    access_.reset();
    std::filesystem::remove_all(directory_);
  }

  void open() {
    access_.reset();
    auto opened = AccessControl::open(env_, {.directory = directory_, .account = kAccount});
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    access_ = std::move(opened).value();
  }

  void change(const std::function<void(IdentityState&)>& body) {
    auto outcome = access_->identities().change([&](IdentityState& state) {
      body(state);
      return Outcome<void>();
    });
    ASSERT_TRUE(outcome.ok()) << outcome.error().cause();
  }

  static InlinePolicy inlinePolicy(const std::string& document) {
    auto parsed = parseShared(document, PolicyUse::kInline);
    EXPECT_TRUE(parsed.ok());
    return {document, std::move(parsed).value()};
  }

  void addUser(const std::string& name, const std::string& keyId, const std::string& policy) {
    UserRecord user;
    user.name = name;
    user.path = "/team/";
    user.id = makeIdentityId(env_.random(), "AIDA");
    user.tags = {{"Team", "red"}};
    if (!policy.empty()) user.inlinePolicies["p"] = inlinePolicy(policy);
    AccessKeyRecord key;
    key.id = keyId;
    key.secret = "secret of " + name;
    key.userName = name;
    change([&](IdentityState& state) {
      state.users[name] = std::make_shared<const UserRecord>(user);
      state.accessKeys[key.id] = std::make_shared<const AccessKeyRecord>(key);
    });
  }

  void addRole(const std::string& name, const std::string& principal, const std::string& policy) {
    RoleRecord role;
    role.name = name;
    role.id = makeIdentityId(env_.random(), "AROA");
    role.maxSessionSeconds = 7200;
    role.trustDocument = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
        "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": )" +
                         principal + "}}";
    auto trust = parseTrust(role.trustDocument, {});
    ASSERT_TRUE(trust.ok()) << trust.error().message();
    role.trust = std::move(trust).value();
    if (!policy.empty()) role.inlinePolicies["p"] = inlinePolicy(policy);
    change([&](IdentityState& state) {
      state.roles[name] = std::make_shared<const RoleRecord>(role);
    });
  }

  Principal principalOf(std::string_view keyId) {
    auto found = access_->find(keyId);
    EXPECT_TRUE(found.has_value()) << keyId;
    return found ? found->principal : Principal();
  }

  std::string denial(const Principal& principal, const AccessRequest& access) {
    auto outcome = access_->authorize(principal, access);
    return outcome.ok() ? "" : outcome.error().message();
  }

  SimEnv env_{7};
  std::string directory_;
  std::unique_ptr<AccessControl> access_;
};

constexpr const char* kPutRecord = R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
    "Action": "kinesis:PutRecord", "Resource": "arn:aws:kinesis:*:*:stream/orders",
    "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}})";
constexpr const char* kService = R"({"Service": "kinesisanalytics.amazonaws.com"})";
constexpr const char* kRoleArn = "arn:aws:iam::123456789012:role/worker";

AccessRequest putRecord(const std::string& stream) {
  return {.action = "kinesis:PutRecord",
          .resources = {"arn:aws:kinesis:us-east-1:123456789012:stream/" + stream}};
}

TEST_F(AccessControlTest, KeysOutliveTheProcess) {
  addUser("alice", "AKIAAAAAAAAAAAAAAAAA", kPutRecord);
  open();
  auto found = access_->find("AKIAAAAAAAAAAAAAAAAA");
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->secretKey, "secret of alice");
  EXPECT_EQ(found->principal.arn, "arn:aws:iam::123456789012:user/team/alice");
  EXPECT_EQ(found->principal.tags.at("Team"), "red");
  EXPECT_TRUE(found->active);
  EXPECT_EQ(denial(found->principal, putRecord("orders")), "");
  EXPECT_FALSE(access_->find("AKIABBBBBBBBBBBBBBBBB").has_value());
}

TEST_F(AccessControlTest, OnlyTheOwnerReadsTheSecrets) {
  addUser("alice", "AKIAAAAAAAAAAAAAAAAA", "");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path();
    ++files;
  }
  EXPECT_GE(files, 1);
}

TEST_F(AccessControlTest, DenialsAreInTheWordsOfAws) {
  addUser("alice", "AKIAAAAAAAAAAAAAAAAA", kPutRecord);
  Principal alice = principalOf("AKIAAAAAAAAAAAAAAAAA");
  EXPECT_EQ(denial(alice, putRecord("invoices")),
            "User: arn:aws:iam::123456789012:user/team/alice is not authorized to perform: "
            "kinesis:PutRecord on resource: arn:aws:kinesis:us-east-1:123456789012:stream/invoices "
            "because no identity-based policy allows the kinesis:PutRecord action");
  AccessRequest both = putRecord("orders");
  both.resources.push_back("arn:aws:kinesis:us-east-1:123456789012:stream/invoices");
  EXPECT_NE(denial(alice, both), "") << "each of the resources must be allowed";
  EXPECT_EQ(denial(alice, {.action = ""}), "");
}

TEST_F(AccessControlTest, AttachedPoliciesOfUsersAndTheirGroups) {
  addUser("alice", "AKIAAAAAAAAAAAAAAAAA", "");
  Principal alice = principalOf("AKIAAAAAAAAAAAAAAAAA");
  EXPECT_NE(denial(alice, putRecord("x")), "");
  change([](IdentityState& state) {
    auto group = std::make_shared<GroupRecord>();
    group->name = "writers";
    group->attachedPolicies.insert("arn:aws:iam::aws:policy/AmazonKinesisFullAccess");
    state.groups["writers"] = group;
    auto user = std::make_shared<UserRecord>(*state.user("alice"));
    user->groups.insert("writers");
    state.users["alice"] = user;
  });
  EXPECT_EQ(denial(alice, putRecord("x")), "");
  change([](IdentityState& state) {
    auto user = std::make_shared<UserRecord>(*state.user("alice"));
    user->boundary = "arn:aws:iam::aws:policy/AmazonS3FullAccess";
    state.users["alice"] = user;
  });
  EXPECT_NE(denial(alice, putRecord("x")).find("no permissions boundary allows"),
            std::string::npos);
}

TEST_F(AccessControlTest, AFailedChangeChangesNothing) {
  addUser("alice", "AKIAAAAAAAAAAAAAAAAA", "");
  auto outcome = access_->identities().change([](IdentityState& state) -> Outcome<void> {
    state.users.clear();
    return ApiError("Refused", 400, "no");
  });
  EXPECT_FALSE(outcome.ok());
  EXPECT_TRUE(access_->identities().state()->user("alice") != nullptr);
  open();
  EXPECT_TRUE(access_->identities().state()->user("alice") != nullptr);
}

TEST_F(AccessControlTest, SessionsOfARole) {
  addRole("worker", kService, kPutRecord);
  Principal service;
  service.kind = Principal::Kind::kService;
  service.arn = "kinesisanalytics.amazonaws.com";
  AssumeRoleCall call;
  call.roleArn = kRoleArn;
  call.sessionName = "app";
  call.tags = {{"Team", "red"}};
  auto given = access_->assumeRole(service, call);
  ASSERT_TRUE(given.ok()) << given.error().message();
  EXPECT_EQ(given.value().arn, "arn:aws:sts::123456789012:assumed-role/worker/app");
  EXPECT_EQ(given.value().expirationMicros, env_.clock().nowMicros() + 3600 * kMicros);
  open();
  auto found = access_->find(given.value().accessKeyId);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->secretKey, given.value().secretKey);
  EXPECT_EQ(found->sessionToken, given.value().sessionToken);
  EXPECT_EQ(found->expirationMicros, given.value().expirationMicros);
  EXPECT_EQ(denial(found->principal, putRecord("orders")), "");
  EXPECT_NE(denial(found->principal, putRecord("invoices")), "");

  call.sessionPolicies = {R"({"Version": "2012-10-17", "Statement": {"Effect": "Allow",
                              "Action": "s3:*", "Resource": "*"}})"};
  auto narrowed = access_->assumeRole(service, call);
  ASSERT_TRUE(narrowed.ok());
  EXPECT_NE(denial(principalOf(narrowed.value().accessKeyId), putRecord("orders"))
                .find("no session policy allows"),
            std::string::npos);
}

TEST_F(AccessControlTest, SessionsEndWithTheirRole) {
  addRole("worker", kService, kPutRecord);
  ServiceRole role(*access_, env_,
                   {.roleArn = kRoleArn,
                    .service = "kinesisanalytics.amazonaws.com",
                    .sessionName = "app",
                    .sourceArn = ""});
  auto given = role.credentials();
  ASSERT_TRUE(given.ok()) << given.error().message();
  change([](IdentityState& state) { state.roles.erase("worker"); });
  EXPECT_FALSE(access_->find(given.value().accessKeyId).has_value());
  addRole("worker", kService, kPutRecord);
  EXPECT_FALSE(access_->find(given.value().accessKeyId).has_value())
      << "a new role of that name has other sessions";
}

TEST_F(AccessControlTest, CredentialsOfAServiceAreRenewedInTime) {
  addRole("worker", kService, "");
  ServiceRole role(*access_, env_,
                   {.roleArn = kRoleArn,
                    .service = "kinesisanalytics.amazonaws.com",
                    .sessionName = "app",
                    .sourceArn = ""});
  auto first = role.credentials();
  ASSERT_TRUE(first.ok());
  env_.simClock().advanceMicros(2600 * kMicros);
  EXPECT_EQ(role.credentials().value().accessKeyId, first.value().accessKeyId);
  env_.simClock().advanceMicros(200 * kMicros);
  auto second = role.credentials();
  ASSERT_TRUE(second.ok());
  EXPECT_NE(second.value().accessKeyId, first.value().accessKeyId);
  EXPECT_GT(second.value().expirationMicros, first.value().expirationMicros);
  EXPECT_TRUE(access_->find(first.value().accessKeyId).has_value()) << "the old ones still last";
}

TEST_F(AccessControlTest, WhoMayNotAssumeARole) {
  addUser("alice", "AKIAAAAAAAAAAAAAAAAA", kPutRecord);
  addRole("worker", kService, "");
  addRole("open", R"({"AWS": "123456789012"})", "");
  Principal alice = principalOf("AKIAAAAAAAAAAAAAAAAA");
  AssumeRoleCall call;
  call.roleArn = kRoleArn;
  call.sessionName = "s1";
  auto errorOf = [&](const Principal& caller) {
    auto outcome = access_->assumeRole(caller, call);
    return outcome.ok() ? "" : outcome.error().code() + ": " + outcome.error().message();
  };
  const std::string begin =
      "AccessDenied: User: arn:aws:iam::123456789012:user/team/alice is not authorized to perform: "
      "sts:AssumeRole on resource: arn:aws:iam::123456789012:role/";
  EXPECT_EQ(errorOf(alice), begin +
                                "worker because no role trust policy allows the "
                                "sts:AssumeRole action");
  call.roleArn = "arn:aws:iam::123456789012:role/nobody";
  EXPECT_EQ(errorOf(alice), begin +
                                "nobody because no role trust policy allows the "
                                "sts:AssumeRole action");
  call.roleArn = "arn:aws:iam::123456789012:role/open";
  EXPECT_EQ(errorOf(alice), begin +
                                "open because no identity-based policy allows the "
                                "sts:AssumeRole action");
  Principal root;
  root.kind = Principal::Kind::kRoot;
  EXPECT_EQ(errorOf(root), "AccessDenied: Roles may not be assumed by root accounts.");
  Principal service;
  service.kind = Principal::Kind::kService;
  service.arn = "kinesisanalytics.amazonaws.com";
  call.roleArn = kRoleArn;
  call.durationSeconds = 7201;
  EXPECT_EQ(errorOf(service),
            "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for "
            "this role.");
}

TEST_F(AccessControlTest, SessionsOfUsersDoNotReachIam) {
  addUser("alice", "AKIAAAAAAAAAAAAAAAAA", R"({"Version": "2012-10-17", "Statement":
      {"Effect": "Allow", "Action": "*", "Resource": "*"}})");
  Principal alice = principalOf("AKIAAAAAAAAAAAAAAAAA");
  auto given = access_->sessionOf(alice, 900);
  ASSERT_TRUE(given.ok());
  Principal again = principalOf(given.value().accessKeyId);
  EXPECT_EQ(again.arn, alice.arn);
  EXPECT_EQ(denial(again, putRecord("x")), "");
  EXPECT_EQ(denial(again, {.action = "iam:CreateUser"}),
            "The security token included in the request is invalid");
}

TEST_F(AccessControlTest, ExpiredSessionsAreForgottenAfterADay) {
  addRole("worker", kService, "");
  Principal service;
  service.kind = Principal::Kind::kService;
  service.arn = "kinesisanalytics.amazonaws.com";
  AssumeRoleCall call;
  call.roleArn = kRoleArn;
  call.sessionName = "app";
  auto first = access_->assumeRole(service, call);
  ASSERT_TRUE(first.ok());
  env_.simClock().advanceMicros(int64_t{20} * 3600 * kMicros);
  ASSERT_TRUE(access_->assumeRole(service, call).ok());
  EXPECT_TRUE(access_->find(first.value().accessKeyId).has_value());
  env_.simClock().advanceMicros(int64_t{6} * 3600 * kMicros);
  ASSERT_TRUE(access_->assumeRole(service, call).ok());
  EXPECT_FALSE(access_->find(first.value().accessKeyId).has_value());
  open();
  EXPECT_FALSE(access_->find(first.value().accessKeyId).has_value());
}

}  // namespace
}  // namespace millrace
