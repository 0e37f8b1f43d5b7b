#include "sql/session/secret_options.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(SecretOptions, AreThoseOfFlinksRule) {
  EXPECT_TRUE(isSecretOption("aws.credentials.basic.secretkey"));
  EXPECT_TRUE(isSecretOption("properties.SASL.jaas.config"));
  EXPECT_FALSE(isSecretOption("stream.arn"));
}

TEST(SecretOptions, AreHiddenWhereTheyStand) {
  EXPECT_EQ(hideSecretOptions("WITH ('a.secretkey' = 'x''y\xc3\xa4', 'stream' = 's') FOO"),
            "WITH ('a.secretkey' = '*****', 'stream' = 's') FOO");
  EXPECT_EQ(hideSecretOptions("SET 'password'='one\ntwo';"), "SET 'password'='***\n***';");
  EXPECT_EQ(hideSecretOptions("'token' /* it's */ = -- 'a'\n 'b' = 'c'"),
            "'token' /* it's */ = -- 'a'\n '*' = 'c'");
  EXPECT_EQ(hideSecretOptions("'token', 'b' `it's` 'secret' = 'unended"),
            "'token', 'b' `it's` 'secret' = '*******");
  EXPECT_EQ(hideSecretOptions("SELECT 'secret', 'x'"), "SELECT 'secret', 'x'");
}

}  // namespace
}  // namespace millrace
