#include "aws/client/credentials.h"

#include <gtest/gtest.h>

#include <map>

#include "aws/client/profile_file.h"
#include "aws/client/scripted_transport.h"
#include "env/file_system.h"
#include "env/sim/sim_env.h"

namespace millrace {
namespace {

class CredentialsTest : public testing::Test {
 protected:
  CredentialsTest() {
    context.env = &env;
    context.transport = transport;
    context.cancellation = std::make_shared<NotedWaits>();
    context.variables = [this](const std::string& name) -> std::optional<std::string> {
      auto found = variables.find(name);
      if (found == variables.end()) return {};
      return found->second;
    };
    variables["HOME"] = "/user";
  }

  void write(const std::string& path, std::string_view content) {
    ASSERT_TRUE(writeFileAtomically(env.files(), path, content).ok());
  }

  // The access key that the default chain finds, "" for none, or the error.
  std::string found() {
    auto credentials = makeDefaultCredentials(context)->find();
    if (!credentials.ok()) return credentials.error().message();
    return credentials.value() ? credentials.value()->keys.accessKeyId : "";
  }

  SimEnv env{1};
  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
  std::map<std::string, std::string> variables;
  ClientContext context;
};

TEST_F(CredentialsTest, NothingAnywhere) {
  EXPECT_EQ(found(), "");
  auto error = requireCredentials(*makeDefaultCredentials(context));
  ASSERT_FALSE(error.ok());
  EXPECT_NE(error.error().message().find("profile 'default'"), std::string::npos);
}

TEST_F(CredentialsTest, EnvironmentBeforeProfile) {
  write("/user/.aws/credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key=s");
  EXPECT_EQ(found(), "FILE");
  variables["AWS_ACCESS_KEY_ID"] = "ENV";
  EXPECT_NE(found().find("AWS_SECRET_ACCESS_KEY is not"), std::string::npos);
  variables["AWS_SECRET_ACCESS_KEY"] = "s";
  EXPECT_EQ(found(), "ENV");
}

TEST_F(CredentialsTest, NamedProfile) {
  write("/user/.aws/credentials", "[dev]\naws_access_key_id=DEV\naws_secret_access_key=s");
  variables["AWS_PROFILE"] = "dev";
  EXPECT_EQ(found(), "DEV");
  variables["AWS_PROFILE"] = "prod";
  EXPECT_EQ(found(), "no AWS profile 'prod'");
}

TEST_F(CredentialsTest, RoleOfAProfile) {
  write("/user/.aws/config",
        "[profile ops]\nrole_arn = arn:aws:iam::1:role/ops\nsource_profile = base\n"
        "region = us-east-1\n[profile base]\naws_access_key_id=BASE\naws_secret_access_key=s\n");
  variables["AWS_PROFILE"] = "ops";
  transport->then([](const HttpRequest& request) -> Result<HttpResponse> {
    EXPECT_NE(request.headers.get("Authorization").find("BASE/"), std::string::npos);
    HttpResponse response;
    response.body =
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ROLE</AccessKeyId>"
        "<SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
        "<Expiration>2020-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleResult>"
        "</AssumeRoleResponse>";
    return response;
  });
  EXPECT_EQ(found(), "ROLE");
}

TEST_F(CredentialsTest, ProfilesInACircle) {
  write("/user/.aws/config",
        "[profile a]\nrole_arn=r\nsource_profile=b\n[profile b]\nrole_arn=r\nsource_profile=a\n");
  variables["AWS_PROFILE"] = "a";
  EXPECT_NE(found().find("circle"), std::string::npos);
}

TEST_F(CredentialsTest, Container) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:8080/role?x=1";
  variables["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  write("/token", "secret-token\n");
  transport->then(200, R"({"AccessKeyId":"TASK","SecretAccessKey":"s","Token":"t",)"
                       R"("Expiration":"2020-01-01T06:00:00Z"})");
  EXPECT_EQ(found(), "TASK");
  const HttpRequest& request = transport->calls()[0].request;
  EXPECT_EQ(request.headers.get("Authorization"), "secret-token");
  EXPECT_EQ(request.path, "/role");
  EXPECT_EQ(request.query, "x=1");
}

TEST_F(CredentialsTest, ContainerSaysWhyItRefuses) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:8080/role";
  transport->then(403, R"({"code":"AccessDenied","message":"the role is gone"})");
  EXPECT_EQ(found(),
            "'http://127.0.0.1:8080/role' refuses credentials with status 403: the role is gone");
}

TEST_F(CredentialsTest, ContainerElsewhereIsNotTrusted) {
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://example.org/role";
  EXPECT_NE(found().find("plain HTTP"), std::string::npos);
  EXPECT_TRUE(transport->calls().empty());
}

TEST_F(CredentialsTest, Instance) {
  transport->then(200, "TOKEN");
  transport->then(200, "role-name");
  transport->then(200, R"({"AccessKeyId":"EC2","SecretAccessKey":"s","Token":"t"})");
  EXPECT_EQ(found(), "EC2");
  ASSERT_EQ(transport->calls().size(), 3u);
  EXPECT_EQ(transport->calls()[0].request.method, "PUT");
  EXPECT_EQ(transport->calls()[2].request.path,
            "/latest/meta-data/iam/security-credentials/role-name");
  EXPECT_EQ(transport->calls()[2].request.headers.get("X-aws-ec2-metadata-token"), "TOKEN");
}

TEST(ProfileFile, NestedSettingsAndComments) {
  ProfileFile file;
  parseProfileFile(
      "# x\n[profile dev] ; y\nregion = eu-west-1 # near\ns3 =\n  addressing_style = path\n"
      "services = local\n[services local]\nkinesis =\n  endpoint_url = http://127.0.0.1:1\n"
      "[other]\nregion = no\n",
      true, file);
  const ProfileSettings* dev = file.find("dev");
  ASSERT_NE(dev, nullptr);
  EXPECT_EQ(dev->at("region"), "eu-west-1");
  EXPECT_EQ(dev->at("s3.addressing_style"), "path");
  EXPECT_EQ(file.services.at("local").at("kinesis.endpoint_url"), "http://127.0.0.1:1");
  EXPECT_EQ(file.find("other"), nullptr);
}

}  // namespace
}  // namespace millrace
