// What IAM refuses to store, with its words.
#include "access/policy/policy_parser.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace millrace {
namespace {

struct MalformedCase {
  std::string document;
  PolicyUse use;
  std::string message;
};

std::string withStatement(const std::string& members) {
  return R"({"Version": "2012-10-17", "Statement": [{)" + members + "}]}";
}

std::string allowing(const std::string& members) {
  return withStatement(R"("Effect": "Allow", )" + members);
}

constexpr auto kIdentity = PolicyUse::kManaged;
constexpr auto kTrust = PolicyUse::kTrust;
const std::string kSyntax = "Syntax errors in policy.";
const std::string kPlain = R"("Action": "s3:*", "Resource": "*")";
const std::string kService = R"("Principal": {"Service": "kinesisanalytics.amazonaws.com"})";

const std::vector<MalformedCase> kMalformed = {
    {"", kIdentity, kSyntax},
    {"not json", kIdentity, kSyntax},
    {"[]", kIdentity, kSyntax},
    {"{}", kIdentity, "Policy document must be version 2012-10-17 or greater."},
    {R"({"Version": "2012-10-17"})", kIdentity, kSyntax},
    {R"({"Version": "2012-10-17", "Statement": []})", kIdentity, kSyntax},
    {R"({"Version": "2012-10-17", "Statement": "Allow"})", kIdentity, kSyntax},
    {R"({"Version": "2013-10-17", "Statement": []})", kIdentity, kSyntax},
    {R"({"Version": 2012, "Statement": []})", kIdentity, kSyntax},
    {R"({"Version": "2008-10-17", "Statement": {"Effect": "Allow", )" + kPlain + "}}", kIdentity,
     "Policy document must be version 2012-10-17 or greater."},
    {R"({"Version": "2012-10-17", "Version": "2012-10-17", "Statement": {"Effect": "Allow", )" +
         kPlain + "}}",
     kIdentity, kSyntax},
    {withStatement(kPlain), kIdentity, kSyntax},
    {withStatement(R"("Effect": "allow", )" + kPlain), kIdentity, kSyntax},
    {allowing(kPlain + R"(, "Resources": "*")"), kIdentity, kSyntax},
    {allowing(kPlain + R"(, "NotAction": "s3:Get*")"), kIdentity, kSyntax},
    {allowing(kPlain + R"(, "Principal": "*")"), kIdentity,
     "Policy document should not specify a principal."},
    {allowing(R"("Action": [1], "Resource": "*")"), kIdentity, kSyntax},
    {allowing(R"("Resource": "*")"), kIdentity, "Policy statement must contain actions."},
    {allowing(R"("Action": [], "Resource": "*")"), kIdentity,
     "Policy statement must contain actions."},
    {allowing(R"("Action": "s3:*")"), kIdentity, "Policy statement must contain resources."},
    {allowing(R"("Action": "PutObject", "Resource": "*")"), kIdentity,
     "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
    {allowing(R"("Action": "s3:Put:Object", "Resource": "*")"), kIdentity,
     "Actions/Condition can contain only one colon."},
    {allowing(R"("Action": "s 3:PutObject", "Resource": "*")"), kIdentity,
     "Vendor s 3 is not valid"},
    {allowing(R"("Action": "s3:*", "Resource": "bucket")"), kIdentity,
     R"(Resource bucket must be in ARN format or "*".)"},
    {allowing(R"("Action": "s3:*", "Resource": "arn:aws:s3")"), kIdentity,
     "Resource vendor must be fully qualified and cannot contain regexes."},
    {allowing(R"("Action": "s3:*", "Resource": "arn:moon:s3:::b")"), kIdentity,
     R"(Partition "moon" is not valid for resource "arn:moon:s3:::b".)"},
    {allowing(kPlain + R"(, "Condition": {"StringEqual": {"a:k": "x"}})"), kIdentity,
     "Invalid Condition type : StringEqual."},
    {allowing(kPlain + R"(, "Condition": {"NullIfExists": {"a:k": "true"}})"), kIdentity,
     "Invalid Condition type : NullIfExists."},
    {allowing(kPlain + R"(, "Condition": {"StringEquals": {"a:k": {}}})"), kIdentity, kSyntax},
    {allowing(kPlain + R"(, "Condition": {"NumericEquals": {"a:k": "ten"}})"), kIdentity,
     "The policy failed legacy parsing"},
    {allowing(kPlain + R"(, "Condition": {"DateLessThan": {"a:k": "yesterday"}})"), kIdentity,
     "The policy failed legacy parsing"},
    {allowing(kPlain + R"(, "Condition": {"IpAddress": {"a:k": "10.0.0.0/33"}})"), kIdentity,
     "The policy failed legacy parsing"},
    {allowing(R"("Sid": "a", )" + kPlain + R"(}, {"Effect": "Deny", "Sid": "a", )" + kPlain),
     kIdentity, "Statement IDs (SID) in a single policy must be unique."},
    {"not json", kTrust, "This policy contains invalid Json"},
    {allowing(R"("Action": "sts:AssumeRole")"), kTrust, "Missing required field Principal"},
    {withStatement(kService + R"(, "Action": "sts:AssumeRole")"), kTrust,
     "Missing required field Effect"},
    {allowing(kService), kTrust, "Missing required field Action"},
    {allowing(kService + R"(, "Action": "sts:AssumeRole", "Resource": "*")"), kTrust,
     "Has prohibited field Resource"},
    {allowing(kService + R"(, "Action": "s3:*")"), kTrust,
     "AssumeRole policy may only specify STS AssumeRole actions."},
    {allowing(kService + R"(, "Action": "sts:AssumeRole", "Foo": 1)"), kTrust, "Unknown field Foo"},
    {allowing(R"("Principal": {"Service": "example.com"}, "Action": "sts:AssumeRole")"), kTrust,
     R"(Invalid principal in policy: "SERVICE":"example.com")"},
    {allowing(R"("Principal": {"AWS": "alice"}, "Action": "sts:AssumeRole")"), kTrust,
     R"(Invalid principal in policy: "AWS":"alice")"},
    {allowing(R"("Principal": {"AWS": "arn:aws:iam::123456789012:user/*"},
                 "Action": "sts:AssumeRole")"),
     kTrust, R"(Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/*")"},
};

TEST(PolicyParser, RefusesMalformedPolicies) {
  for (const MalformedCase& one : kMalformed) {
    auto policy = parsePolicy(one.document, one.use);
    ASSERT_FALSE(policy.ok()) << one.document;
    EXPECT_EQ(policy.error().message(), one.message) << one.document;
  }
}

TEST(PolicyParser, TakesWhatAwsTakes) {
  for (const std::string& document : {
           allowing(R"("Action": "*", "Resource": "*")"),
           allowing(R"("NotAction": ["iam:*"], "NotResource": ["arn:aws:s3:::b/*"])"),
           allowing(R"("Action": "s3:*", "Resource": "arn:aws-cn:s3:::b")"),
           allowing(R"("Action": "s3:*", "Resource": "*", "Condition": {})"),
           allowing(R"("Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"a:k": true},
                       "ForAllValues:StringLikeIfExists": {"a:k": ["x", "y"]},
                       "NumericEquals": {"a:k": 3}, "DateLessThan": {"a:k": "2026-01-31"}})"),
       }) {
    EXPECT_TRUE(parsePolicy(document, PolicyUse::kManaged).ok()) << document;
  }
  EXPECT_TRUE(parsePolicy(R"({"Version": "2008-10-17", "Statement": {"Effect": "Allow",
      "Principal": {"Service": ["kinesisanalytics.amazonaws.com", "ec2.amazonaws.com"]},
      "Action": ["sts:AssumeRole", "sts:TagSession"]}})",
                          PolicyUse::kTrust)
                  .ok());
}

}  // namespace
}  // namespace millrace
