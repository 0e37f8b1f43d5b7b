#include "access/identity/managed_policy.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(ManagedPolicy, AllFilesAreRead) {
  EXPECT_EQ(managedPolicies().size(), managedPolicyTexts().size());
  for (const auto& [arn, policy] : managedPolicies()) {
    EXPECT_TRUE(arn.starts_with("arn:aws:iam::aws:policy/")) << arn;
    EXPECT_FALSE(policy->current().parsed->statements.empty()) << arn;
    EXPECT_EQ(policy->id.size(), 21u) << arn;
  }
}

TEST(ManagedPolicy, FoundByArn) {
  auto policy = findManagedPolicy("arn:aws:iam::aws:policy/AmazonKinesisAnalyticsFullAccess");
  ASSERT_TRUE(policy != nullptr);
  EXPECT_TRUE(policy->awsManaged);
  EXPECT_EQ(findManagedPolicy("arn:aws:iam::aws:policy/Nothing"), nullptr);
}

}  // namespace
}  // namespace millrace
