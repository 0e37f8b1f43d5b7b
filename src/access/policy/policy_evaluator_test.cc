// The evaluation logic as a table: policies, a request, what AWS decides.
#include "access/policy/policy_evaluator.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "access/policy/policy_parser.h"

namespace millrace {
namespace {

using Keys = std::map<std::string, std::vector<std::string>>;

PolicyDocumentPtr parse(const std::string& statements, PolicyUse use) {
  auto policy = parsePolicy(R"({"Version": "2012-10-17", "Statement": [)" + statements + "]}", use);
  EXPECT_TRUE(policy.ok()) << statements << (policy.ok() ? "" : policy.error().message());
  return std::make_shared<const PolicyDocument>(std::move(policy).value());
}

PolicyRequest requestOf(std::string action, std::string resource, const Keys& keys = {}) {
  return {std::move(action), std::move(resource),
          [keys](std::string_view key) -> std::vector<std::string> {
            auto found = keys.find(std::string(key));
            return found == keys.end() ? std::vector<std::string>() : found->second;
          }};
}

Principal alice() {
  Principal principal;
  principal.kind = Principal::Kind::kUser;
  principal.account = "123456789012";
  principal.arn = "arn:aws:iam::123456789012:user/team/alice";
  principal.userId = "AIDAAAAAAAAAAAAAAAAAA";
  return principal;
}

Principal session() {
  Principal principal;
  principal.kind = Principal::Kind::kAssumedRole;
  principal.account = "123456789012";
  principal.arn = "arn:aws:sts::123456789012:assumed-role/worker/s1";
  principal.roleArn = "arn:aws:iam::123456789012:role/worker";
  principal.userId = "AROAAAAAAAAAAAAAAAAAA:s1";
  return principal;
}

struct IdentityCase {
  const char* what;
  std::string statements;
  std::string action;
  std::string resource;
  Keys keys;
  PolicyVerdict expected;
};

constexpr auto kAllow = PolicyVerdict::kAllow;
constexpr auto kDeny = PolicyVerdict::kDeny;
constexpr auto kSilent = PolicyVerdict::kSilent;

const std::string kStream = "arn:aws:kinesis:us-east-1:123456789012:stream/orders";

void check(const std::vector<IdentityCase>& cases) {
  for (const IdentityCase& one : cases) {
    std::vector<PolicyDocumentPtr> policies = {parse(one.statements, PolicyUse::kInline)};
    EXPECT_EQ(evaluatePolicies(policies, requestOf(one.action, one.resource, one.keys)),
              one.expected)
        << one.what;
  }
}

TEST(PolicyEvaluator, ActionsAndResources) {
  check({
      {"everything",
       R"({"Effect": "Allow", "Action": "*", "Resource": "*"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kAllow},
      {"the case of actions does not matter",
       R"({"Effect": "Allow", "Action": "KINESIS:putrecord", "Resource": "*"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kAllow},
      {"a wildcard in an action",
       R"({"Effect": "Allow", "Action": "kinesis:Put*", "Resource": "*"})",
       "kinesis:PutRecords",
       kStream,
       {},
       kAllow},
      {"one character",
       R"({"Effect": "Allow", "Action": "kinesis:PutRecor?", "Resource": "*"})",
       "kinesis:PutRecords",
       kStream,
       {},
       kSilent},
      {"another action",
       R"({"Effect": "Allow", "Action": "kinesis:Get*", "Resource": "*"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kSilent},
      {"one of several actions",
       R"({"Effect": "Allow", "Action": ["s3:Get*", "kinesis:PutRecord"], "Resource": "*"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kAllow},
      {"the case of resources matters",
       R"({"Effect": "Allow", "Action": "*",
           "Resource": "arn:aws:kinesis:us-east-1:123456789012:stream/Orders"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kSilent},
      {"a wildcard in a resource",
       R"({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:kinesis:*:*:stream/ord*"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kAllow},
      {"an action without resource needs the star",
       R"({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:kinesis:*:*:stream/ord*"})",
       "kinesis:ListStreams",
       "*",
       {},
       kSilent},
      {"NotAction allows the rest",
       R"({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kAllow},
      {"NotAction leaves out what it names",
       R"({"Effect": "Allow", "NotAction": ["sts:*", "iam:*"], "Resource": "*"})",
       "iam:CreateUser",
       "*",
       {},
       kSilent},
      {"NotResource",
       R"({"Effect": "Allow", "Action": "s3:*",
                          "NotResource": ["arn:aws:s3:::secret", "arn:aws:s3:::secret/*"]})",
       "s3:GetObject",
       "arn:aws:s3:::secret/a",
       {},
       kSilent},
      {"NotResource allows the rest",
       R"({"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"})",
       "s3:GetObject",
       "arn:aws:s3:::open/a",
       {},
       kAllow},
      {"a deny wins, whatever the order",
       R"({"Effect": "Deny", "Action": "kinesis:DeleteStream", "Resource": "*"},
          {"Effect": "Allow", "Action": "kinesis:*", "Resource": "*"})",
       "kinesis:DeleteStream",
       kStream,
       {},
       kDeny},
      {"a deny of something else",
       R"({"Effect": "Allow", "Action": "kinesis:*", "Resource": "*"},
          {"Effect": "Deny", "Action": "kinesis:DeleteStream", "Resource": "*"})",
       "kinesis:PutRecord",
       kStream,
       {},
       kAllow},
  });
}

TEST(PolicyEvaluator, Variables) {
  Keys keys = {{"aws:username", {"alice"}}, {"aws:principaltag/team", {"red*"}}};
  std::string home = R"({"Effect": "Allow", "Action": "s3:*",
                         "Resource": "arn:aws:s3:::homes/${aws:username}/*"})";
  std::string tag = R"({"Effect": "Allow", "Action": "s3:*",
                        "Resource": "arn:aws:s3:::${aws:PrincipalTag/team, 'nobody'}/x"})";
  std::string literal = R"({"Effect": "Allow", "Action": "s3:*",
                            "Resource": "arn:aws:s3:::b/${*}/${$}/${?}"})";
  check({
      {"the user's name", home, "s3:GetObject", "arn:aws:s3:::homes/alice/a/b", keys, kAllow},
      {"another user's", home, "s3:GetObject", "arn:aws:s3:::homes/bob/a", keys, kSilent},
      {"no value: no match", home, "s3:GetObject", "arn:aws:s3:::homes//a", {}, kSilent},
      {"a star in a value is a character", tag, "s3:GetObject", "arn:aws:s3:::redblue/x", keys,
       kSilent},
      {"the value itself", tag, "s3:GetObject", "arn:aws:s3:::red*/x", keys, kAllow},
      {"the default", tag, "s3:GetObject", "arn:aws:s3:::nobody/x", {}, kAllow},
      {"escaped characters", literal, "s3:GetObject", "arn:aws:s3:::b/*/$/?", {}, kAllow},
      {"escaped characters only", literal, "s3:GetObject", "arn:aws:s3:::b/a/$/b", {}, kSilent},
  });
  auto old = parsePolicy(R"({"Version": "2008-10-17", "Statement": {"Effect": "Allow",
      "Action": "s3:*", "Resource": "arn:aws:s3:::${aws:username}"}})",
                         PolicyUse::kInline);
  ASSERT_TRUE(old.ok());
  std::vector<PolicyDocumentPtr> policies = {
      std::make_shared<const PolicyDocument>(std::move(old).value())};
  EXPECT_EQ(evaluatePolicies(policies, requestOf("s3:ListBucket", "arn:aws:s3:::alice", keys)),
            kSilent)
      << "the old version has no variables";
}

struct ConditionCase {
  const char* condition;
  Keys keys;
  bool holds;
};

const Keys kNone;
const std::vector<ConditionCase> kConditions = {
    {R"("StringEquals": {"aws:PrincipalTag/Team": "red"})",
     {{"aws:principaltag/team", {"red"}}},
     true},
    {R"("StringEquals": {"a:k": ["x", "y"]})", {{"a:k", {"y"}}}, true},
    {R"("StringEquals": {"a:k": "X"})", {{"a:k", {"x"}}}, false},
    {R"("StringEquals": {"a:k": "x*"})", {{"a:k", {"xy"}}}, false},
    {R"("StringEquals": {"a:k": "x"})", kNone, false},
    {R"("StringEqualsIfExists": {"a:k": "x"})", kNone, true},
    {R"("StringEqualsIfExists": {"a:k": "x"})", {{"a:k", {"y"}}}, false},
    {R"("StringNotEquals": {"a:k": ["x", "y"]})", {{"a:k", {"y"}}}, false},
    {R"("StringNotEquals": {"a:k": ["x", "y"]})", {{"a:k", {"z"}}}, true},
    {R"("StringNotEquals": {"a:k": "x"})", kNone, true},
    {R"("StringEqualsIgnoreCase": {"a:k": "XyZ"})", {{"a:k", {"xYz"}}}, true},
    {R"("StringNotEqualsIgnoreCase": {"a:k": "XyZ"})", {{"a:k", {"xYz"}}}, false},
    {R"("StringLike": {"a:k": "home/${aws:username}/*"})",
     {{"a:k", {"home/al/x"}}, {"aws:username", {"al"}}},
     true},
    {R"("StringLike": {"a:k": "h?me"})", {{"a:k", {"home"}}}, true},
    {R"("StringNotLike": {"a:k": "h*"})", {{"a:k", {"home"}}}, false},
    {R"("NumericLessThanEquals": {"a:n": "10"})", {{"a:n", {"10"}}}, true},
    {R"("NumericLessThan": {"a:n": 10})", {{"a:n", {"10"}}}, false},
    {R"("NumericGreaterThan": {"a:n": "9.5"})", {{"a:n", {"10"}}}, true},
    {R"("NumericEquals": {"a:n": "10"})", {{"a:n", {"1e1"}}}, true},
    {R"("NumericNotEquals": {"a:n": "10"})", {{"a:n", {"11"}}}, true},
    {R"("NumericGreaterThanEquals": {"a:n": "10"})", {{"a:n", {"many"}}}, false},
    {R"("DateGreaterThan": {"aws:CurrentTime": "2026-01-31T00:00:00Z"})",
     {{"aws:currenttime", {"2026-01-31T00:00:01Z"}}},
     true},
    {R"("DateLessThan": {"aws:CurrentTime": "2026-01-31"})",
     {{"aws:currenttime", {"2026-01-31T00:00:01Z"}}},
     false},
    {R"("DateLessThanEquals": {"aws:EpochTime": "1769817600"})",
     {{"aws:epochtime", {"1769817600"}}},
     true},
    {R"("DateEquals": {"aws:EpochTime": "2026-01-31T00:00:00Z"})",
     {{"aws:epochtime", {"1769817600"}}},
     true},
    {R"("Bool": {"aws:SecureTransport": "true"})", {{"aws:securetransport", {"true"}}}, true},
    {R"("Bool": {"aws:SecureTransport": false})", {{"aws:securetransport", {"true"}}}, false},
    {R"("BoolIfExists": {"aws:MultiFactorAuthPresent": "true"})", kNone, true},
    {R"("BinaryEquals": {"a:b": "QmluYXJ5"})", {{"a:b", {"QmluYXJ5"}}}, true},
    {R"("IpAddress": {"aws:SourceIp": "203.0.113.0/24"})",
     {{"aws:sourceip", {"203.0.113.9"}}},
     true},
    {R"("IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/33"]})",
     {{"aws:sourceip", {"2001:db8:7fff::1"}}},
     true},
    {R"("IpAddress": {"aws:SourceIp": "2001:db8::/33"})",
     {{"aws:sourceip", {"2001:db8:8000::1"}}},
     false},
    {R"("NotIpAddress": {"aws:SourceIp": "10.0.0.1"})", {{"aws:sourceip", {"10.0.0.2"}}}, true},
    {R"("NotIpAddress": {"aws:SourceIp": "0.0.0.0/0"})", {{"aws:sourceip", {"10.0.0.2"}}}, false},
    {R"("ArnLike": {"aws:SourceArn": "arn:aws:kinesisanalytics:*:123456789012:application/*"})",
     {{"aws:sourcearn", {"arn:aws:kinesisanalytics:us-east-1:123456789012:application/a"}}},
     true},
    {R"("ArnLike": {"aws:SourceArn": "arn:aws:s3:*:bucket"})",
     {{"aws:sourcearn", {"arn:aws:s3:::bucket"}}},
     false},
    {R"("ArnEquals": {"aws:SourceArn": "arn:aws:s3:::b*"})",
     {{"aws:sourcearn", {"arn:aws:s3:::bucket"}}},
     true},
    {R"("ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"})",
     {{"aws:principalarn", {"arn:aws:iam::123456789012:role/admin"}}},
     false},
    {R"("ArnNotEquals": {"aws:SourceArn": "arn:aws:s3:::b"})", kNone, true},
    {R"("Null": {"aws:TokenIssueTime": "true"})", kNone, true},
    {R"("Null": {"aws:TokenIssueTime": "false"})", kNone, false},
    {R"("Null": {"aws:RequestTag/team": false})", {{"aws:requesttag/team", {""}}}, true},
    {R"("ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]})",
     {{"aws:tagkeys", {"team", "cost"}}},
     true},
    {R"("ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]})",
     {{"aws:tagkeys", {"team", "other"}}},
     false},
    {R"("ForAllValues:StringEquals": {"aws:TagKeys": "team"})", kNone, true},
    {R"("ForAnyValue:StringLike": {"aws:TagKeys": "te*"})",
     {{"aws:tagkeys", {"cost", "team"}}},
     true},
    {R"("ForAnyValue:StringEquals": {"aws:TagKeys": "team"})", kNone, false},
    {R"("ForAnyValue:StringEqualsIfExists": {"aws:TagKeys": "team"})", kNone, true},
    {R"("ForAnyValue:StringNotEquals": {"aws:TagKeys": "team"})",
     {{"aws:tagkeys", {"team", "cost"}}},
     true},
    {R"("ForAllValues:StringNotEquals": {"aws:TagKeys": "team"})",
     {{"aws:tagkeys", {"team", "cost"}}},
     false},
    {R"("StringEquals": {"a:k": "x", "a:l": "y"})", {{"a:k", {"x"}}, {"a:l", {"z"}}}, false},
    {R"("StringEquals": {"a:k": "x"}, "Bool": {"a:b": "true"})",
     {{"a:k", {"x"}}, {"a:b", {"true"}}},
     true},
};

TEST(PolicyEvaluator, Conditions) {
  for (const ConditionCase& one : kConditions) {
    std::vector<PolicyDocumentPtr> policies = {
        parse(std::string(R"({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {)") +
                  one.condition + "}}",
              PolicyUse::kInline)};
    EXPECT_EQ(evaluatePolicies(policies, requestOf("a:B", "*", one.keys)) == kAllow, one.holds)
        << one.condition << " with " << one.keys.size() << " keys";
  }
}

struct DecisionCase {
  const char* what;
  Principal caller;
  std::vector<std::string> identity;
  std::vector<std::string> boundary;
  std::vector<std::string> session;
  std::string resource;  // policy of the bucket
  std::string reason;    // "" = allowed
};

const std::string kAllowAll = R"({"Effect": "Allow", "Action": "*", "Resource": "*"})";
const std::string kAllowGet = R"({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"})";
const std::string kAllowPut = R"({"Effect": "Allow", "Action": "s3:Put*", "Resource": "*"})";
const std::string kDenyGet = R"({"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"})";

std::string bucketPolicy(std::string_view effect, std::string_view principal) {
  return std::string(R"({"Effect": ")") + std::string(effect) + R"(", "Principal": )" +
         std::string(principal) + R"(, "Action": "s3:GetObject", "Resource": "*"})";
}

EffectivePolicies policiesOf(const DecisionCase& one) {
  EffectivePolicies policies;
  auto add = [](const std::vector<std::string>& texts, std::vector<PolicyDocumentPtr>& into) {
    for (const std::string& text : texts) into.push_back(parse(text, PolicyUse::kInline));
  };
  add(one.identity, policies.identity);
  add(one.boundary, policies.boundary);
  add(one.session, policies.session);
  policies.hasBoundary = !one.boundary.empty();
  if (!one.resource.empty()) policies.resource = parse(one.resource, PolicyUse::kResource);
  return policies;
}

const char* const kNoIdentity = "because no identity-based policy allows the s3:GetObject action";

TEST(PolicyEvaluator, PoliciesOfAllKindsTogether) {
  Principal root;
  root.kind = Principal::Kind::kRoot;
  root.account = "123456789012";
  root.arn = "arn:aws:iam::123456789012:root";
  const std::string role = R"({"AWS": "arn:aws:iam::123456789012:role/worker"})";
  const std::string itself = R"({"AWS": "arn:aws:sts::123456789012:assumed-role/worker/s1"})";
  const std::string account = R"({"AWS": "123456789012"})";
  const std::string user = R"({"AWS": "arn:aws:iam::123456789012:user/team/alice"})";
  const std::vector<DecisionCase> cases = {
      {"no policy at all", alice(), {}, {}, {}, "", kNoIdentity},
      {"allowed", alice(), {kAllowGet}, {}, {}, "", ""},
      {"one of two policies allows", alice(), {kAllowPut, kAllowGet}, {}, {}, "", ""},
      {"one of two policies denies",
       alice(),
       {kAllowAll, kDenyGet},
       {},
       {},
       "",
       "with an explicit deny in an identity-based policy"},
      {"within the boundary", alice(), {kAllowAll}, {kAllowGet}, {}, "", ""},
      {"outside of the boundary",
       alice(),
       {kAllowAll},
       {kAllowPut},
       {},
       "",
       "because no permissions boundary allows the s3:GetObject action"},
      {"a boundary grants nothing", alice(), {}, {kAllowAll}, {}, "", kNoIdentity},
      {"denied by the boundary",
       alice(),
       {kAllowAll},
       {kAllowAll, kDenyGet},
       {},
       "",
       "with an explicit deny in a permissions boundary"},
      {"a session is not narrowed", session(), {kAllowGet}, {}, {}, "", ""},
      {"a session is narrowed",
       session(),
       {kAllowAll},
       {},
       {kAllowPut},
       "",
       "because no session policy allows the s3:GetObject action"},
      {"a session policy grants nothing", session(), {}, {}, {kAllowAll}, "", kNoIdentity},
      {"denied by the session",
       session(),
       {kAllowAll},
       {},
       {kAllowAll, kDenyGet},
       "",
       "with an explicit deny in a session policy"},
      {"the bucket names the user", alice(), {}, {}, {}, bucketPolicy("Allow", user), ""},
      {"the bucket names the user, who has a boundary",
       alice(),
       {},
       {kAllowPut},
       {},
       bucketPolicy("Allow", user),
       ""},
      {"the bucket names everyone", alice(), {}, {}, {}, bucketPolicy("Allow", R"("*")"), ""},
      {"the bucket names the account",
       alice(),
       {},
       {},
       {},
       bucketPolicy("Allow", account),
       kNoIdentity},
      {"the bucket denies",
       alice(),
       {kAllowAll},
       {},
       {},
       bucketPolicy("Deny", R"({"AWS": "*"})"),
       "with an explicit deny in a resource-based policy"},
      {"the bucket denies the account",
       alice(),
       {kAllowAll},
       {},
       {},
       bucketPolicy("Deny", R"({"AWS": "arn:aws:iam::123456789012:root"})"),
       "with an explicit deny in a resource-based policy"},
      {"the bucket denies someone else",
       session(),
       {kAllowAll},
       {},
       {},
       bucketPolicy("Deny", user),
       ""},
      {"the bucket names the role", session(), {}, {}, {}, bucketPolicy("Allow", role), ""},
      {"the bucket names the role of a narrowed session",
       session(),
       {},
       {},
       {kAllowPut},
       bucketPolicy("Allow", role),
       "because no session policy allows the s3:GetObject action"},
      {"the bucket names the session",
       session(),
       {},
       {kAllowPut},
       {kAllowPut},
       bucketPolicy("Allow", itself),
       ""},
      {"an identity's deny beats the bucket",
       alice(),
       {kDenyGet},
       {},
       {},
       bucketPolicy("Allow", user),
       "with an explicit deny in an identity-based policy"},
      {"root", root, {}, {}, {}, "", ""},
      {"root is denied by the bucket",
       root,
       {},
       {},
       {},
       bucketPolicy("Deny", R"("*")"),
       "with an explicit deny in a resource-based policy"},
      {"nobody",
       Principal(),
       {},
       {},
       {},
       "",
       "because no resource-based policy allows the s3:GetObject action"},
      {"nobody, of an open bucket", Principal(), {}, {}, {}, bucketPolicy("Allow", R"("*")"), ""},
      {"nobody, of the account's bucket",
       Principal(),
       {},
       {},
       {},
       bucketPolicy("Allow", account),
       "because no resource-based policy allows the s3:GetObject action"},
  };
  for (const DecisionCase& one : cases) {
    AccessDecision decision =
        decideAccess(policiesOf(one), one.caller, requestOf("s3:GetObject", "arn:aws:s3:::b/k"));
    EXPECT_EQ(decision.allowed, one.reason.empty()) << one.what;
    EXPECT_EQ(decision.reason, one.reason) << one.what;
  }
}

TEST(PolicyEvaluator, NotPrincipal) {
  auto policy = parse(R"({"Effect": "Deny", "NotPrincipal": {"AWS":
      ["arn:aws:iam::123456789012:user/team/alice"]}, "Action": "*", "Resource": "*"})",
                      PolicyUse::kResource);
  PolicyRequest request = requestOf("s3:GetObject", "arn:aws:s3:::b/k");
  EXPECT_FALSE(evaluateResourcePolicy(*policy, alice(), request).denied);
  EXPECT_TRUE(evaluateResourcePolicy(*policy, session(), request).denied);
}

struct TrustCase {
  const char* what;
  Principal caller;
  std::string principal;
  std::string condition;
  std::vector<std::string> identity;
  Keys keys;
  std::string reason;
};

TEST(PolicyEvaluator, TrustPolicies) {
  Principal service;
  service.kind = Principal::Kind::kService;
  service.arn = "kinesisanalytics.amazonaws.com";
  const char* untrusted = "because no role trust policy allows the sts:AssumeRole action";
  const char* noIdentity = "because no identity-based policy allows the sts:AssumeRole action";
  const std::string account = R"({"AWS": "arn:aws:iam::123456789012:root"})";
  const std::string external = R"("StringEquals": {"sts:ExternalId": "42"})";
  const std::string analytics = R"({"Service": "kinesisanalytics.amazonaws.com"})";
  const std::vector<TrustCase> cases = {
      {"the service", service, analytics, "", {}, {}, ""},
      {"another service", service, R"({"Service": "lambda.amazonaws.com"})", "", {}, {}, untrusted},
      {"a service is not everyone", service, R"({"AWS": "*"})", "", {}, {}, untrusted},
      {"of the right application",
       service,
       analytics,
       R"("ArnLike": {"aws:SourceArn": "arn:aws:kinesisanalytics:*:*:application/a"})",
       {},
       {{"aws:sourcearn", {"arn:aws:kinesisanalytics:us-east-1:123456789012:application/a"}}},
       ""},
      {"of another application",
       service,
       analytics,
       R"("ArnLike": {"aws:SourceArn": "arn:aws:kinesisanalytics:*:*:application/a"})",
       {},
       {{"aws:sourcearn", {"arn:aws:kinesisanalytics:us-east-1:123456789012:application/b"}}},
       untrusted},
      {"the account, and the user may", alice(), account, "", {kAllowAll}, {}, ""},
      {"the account, but the user may not", alice(), account, "", {}, {}, noIdentity},
      {"the user may, but is not trusted", alice(), analytics, "", {kAllowAll}, {}, untrusted},
      {"the user itself",
       alice(),
       R"({"AWS": "arn:aws:iam::123456789012:user/team/alice"})",
       "",
       {},
       {},
       ""},
      {"the user by its id", alice(), R"({"AWS": "AIDAAAAAAAAAAAAAAAAAA"})", "", {}, {}, ""},
      {"a user of that name before",
       alice(),
       R"({"AWS": "AIDABBBBBBBBBBBBBBBBB"})",
       "",
       {kAllowAll},
       {},
       untrusted},
      {"an external id", alice(), account, external, {kAllowAll}, {{"sts:externalid", {"42"}}}, ""},
      {"the wrong external id",
       alice(),
       account,
       external,
       {kAllowAll},
       {{"sts:externalid", {"43"}}},
       untrusted},
  };
  for (const TrustCase& one : cases) {
    EffectivePolicies policies;
    for (const std::string& text : one.identity) {
      policies.identity.push_back(parse(text, PolicyUse::kInline));
    }
    policies.resourceIsTrust = true;
    policies.resource = parse(R"({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": )" +
                                  one.principal + R"(, "Condition": {)" + one.condition + "}}",
                              PolicyUse::kTrust);
    AccessDecision decision =
        decideAccess(policies, one.caller,
                     requestOf("sts:AssumeRole", "arn:aws:iam::123456789012:role/r", one.keys));
    EXPECT_EQ(decision.allowed, one.reason.empty()) << one.what;
    EXPECT_EQ(decision.reason, one.reason) << one.what;
  }
}

TEST(PolicyPattern, ManyStarsStayFast) {
  std::string pattern;
  for (int i = 0; i < 1000; ++i) pattern += "*a";
  EXPECT_FALSE(matchesWildcards(pattern + "b", std::string(10'000, 'a')));
  EXPECT_TRUE(matchesWildcards(pattern, std::string(10'000, 'a')));
}

}  // namespace
}  // namespace millrace
