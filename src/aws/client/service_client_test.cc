#include "aws/client/service_client.h"

#include <gtest/gtest.h>

#include <map>

#include "aws/client/call_error.h"
#include "aws/client/scripted_transport.h"
#include "aws/model/generated/kinesis/get_records.h"
#include "aws/model/generated/kinesis/service.h"
#include "aws/model/generated/s3/complete_multipart_upload.h"
#include "aws/model/generated/s3/get_object.h"
#include "aws/model/generated/s3/list_objects_v2.h"
#include "aws/model/generated/s3/service.h"
#include "aws/model/generated/s3/upload_part.h"
#include "aws/model/generated/sts/assume_role.h"
#include "aws/model/generated/sts/service.h"
#include "env/sim/sim_env.h"

namespace millrace {
namespace {

class ServiceClientTest : public testing::Test {
 protected:
  ServiceClientTest() {
    context.env = &env;
    context.transport = transport;
    context.cancellation = waits;
    context.variables = [this](const std::string& name) -> std::optional<std::string> {
      auto found = variables.find(name);
      if (found == variables.end()) return {};
      return found->second;
    };
  }

  ClientOptions options() {
    ClientOptions given;
    given.region = "eu-west-1";
    given.credentials = makeStaticCredentials({"AKID", "secret", ""});
    return given;
  }

  Outcome<kinesis::GetRecordsOutput> getRecords(ServiceClient& client) {
    kinesis::GetRecordsInput input;
    input.shardIterator = "here";
    return client.call<kinesis::GetRecordsOperation>(input);
  }

  const HttpRequest& sent(size_t i) { return transport->calls().at(i).request; }

  SimEnv env{1};
  std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>();
  std::shared_ptr<NotedWaits> waits = std::make_shared<NotedWaits>();
  std::map<std::string, std::string> variables;
  ClientContext context;
};

constexpr const char* kNoRecords = R"({"Records":[],"NextShardIterator":"next"})";
constexpr const char* kThrottled =
    R"({"__type":"com.amazonaws#ProvisionedThroughputExceededException","message":"slow down"})";

TEST_F(ServiceClientTest, SpeaksJson) {
  transport->then(200, R"({"Records":[{"SequenceNumber":"7","Data":"aGk=","PartitionKey":"k",)"
                       R"("ApproximateArrivalTimestamp":1.5}],"MillisBehindLatest":3})");
  ServiceClient client(context, kinesis::kModel, options());
  auto got = getRecords(client);
  ASSERT_TRUE(got.ok());
  ASSERT_EQ(got.value().records.size(), 1u);
  EXPECT_EQ(got.value().records[0].data.bytes, "hi");
  EXPECT_EQ(got.value().records[0].approximateArrivalTimestamp->millis, 1500);
  EXPECT_EQ(transport->calls()[0].origin.url(), "https://kinesis.eu-west-1.amazonaws.com");
  EXPECT_EQ(sent(0).headers.get("X-Amz-Target"), "Kinesis_20131202.GetRecords");
  EXPECT_EQ(sent(0).body, R"({"ShardIterator":"here"})");
  EXPECT_NE(sent(0).headers.get("Authorization").find("/eu-west-1/kinesis/aws4_request"),
            std::string::npos);
}

TEST_F(ServiceClientTest, RepeatsWhatIsThrottledAndWaitsLonger) {
  transport->then(400, kThrottled);
  transport->then(503, "<html>busy</html>");
  transport->then(200, kNoRecords);
  ServiceClient client(context, kinesis::kModel, options());
  EXPECT_TRUE(getRecords(client).ok());
  ASSERT_EQ(waits->waits.size(), 2u);
  EXPECT_LE(waits->waits[0], 1'000'000);
  EXPECT_LE(waits->waits[1], 200'000);
}

TEST_F(ServiceClientTest, GivesUpAfterTheAttemptsAndSaysWhy) {
  variables["AWS_MAX_ATTEMPTS"] = "2";
  for (int i = 0; i < 2; ++i) transport->then(400, kThrottled);
  ServiceClient client(context, kinesis::kModel, options());
  auto got = getRecords(client);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().code(), "ProvisionedThroughputExceededException");
  EXPECT_EQ(got.error().message(), "slow down");
  EXPECT_EQ(got.error().status(), 400);
  EXPECT_EQ(transport->calls().size(), 2u);
}

TEST_F(ServiceClientTest, DoesNotRepeatWhatWouldFailAgain) {
  transport->then(400, R"({"__type":"ResourceNotFoundException","message":"no stream"})");
  ServiceClient client(context, kinesis::kModel, options());
  auto got = getRecords(client);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(callError(got.error(), "cannot read").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(transport->calls().size(), 1u);
}

TEST_F(ServiceClientTest, QuotaEndsRepetitionsWhenEverythingFails) {
  ServiceClient client(context, kinesis::kModel, options());
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(getRecords(client).ok());
  // 500 tokens, 5 for each repetition; the first attempts are free.
  EXPECT_EQ(transport->calls().size(), 100u + 100u);
  EXPECT_EQ(callError(getRecords(client).error(), "x").kind(), ErrorKind::kIo);
}

TEST_F(ServiceClientTest, CancellationEndsTheWaiting) {
  transport->then(500, "");
  waits->cancel();
  ServiceClient client(context, kinesis::kModel, options());
  EXPECT_FALSE(getRecords(client).ok());
  EXPECT_EQ(transport->calls().size(), 1u);
}

TEST_F(ServiceClientTest, SetsItsClockByTheService) {
  transport->then(400, R"({"__type":"InvalidSignatureException","message":"expired"})",
                  {{"Date", "Wed, 01 Jan 2020 01:00:00 GMT"}});
  transport->then(200, kNoRecords);
  ServiceClient client(context, kinesis::kModel, options());
  EXPECT_TRUE(getRecords(client).ok());
  EXPECT_EQ(sent(0).headers.get("X-Amz-Date"), "20200101T000000Z");
  EXPECT_EQ(sent(1).headers.get("X-Amz-Date"), "20200101T010000Z");
}

TEST_F(ServiceClientTest, WrongSecretIsNoMatterOfTheClock) {
  transport->then(400, R"({"__type":"InvalidSignatureException","message":"wrong"})",
                  {{"Date", "Wed, 01 Jan 2020 00:00:01 GMT"}});
  ServiceClient client(context, kinesis::kModel, options());
  EXPECT_EQ(callError(getRecords(client).error(), "x").kind(), ErrorKind::kPermission);
  EXPECT_EQ(transport->calls().size(), 1u);
}

TEST_F(ServiceClientTest, EndpointsFromTheEnvironment) {
  variables["AWS_ENDPOINT_URL"] = "http://127.0.0.1:4566";
  variables["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:1/base/";
  ServiceClient kinesisClient(context, kinesis::kModel, options());
  ServiceClient stsClient(context, sts::kModel, options());
  EXPECT_EQ(kinesisClient.endpointText().value(), "http://127.0.0.1:4566");
  EXPECT_EQ(stsClient.endpointText().value(), "http://127.0.0.1:1/base");
}

TEST_F(ServiceClientTest, SpeaksRestXml) {
  transport->then(200,
                  "<?xml version=\"1.0\"?><ListBucketResult><IsTruncated>true</IsTruncated>"
                  "<Contents><Key>a b</Key><Size>7</Size></Contents><NextContinuationToken>t"
                  "</NextContinuationToken></ListBucketResult>");
  ServiceClient client(context, s3::kModel, options());
  s3::ListObjectsV2Request request;
  request.bucket = "my-bucket";
  request.prefix = "dir/a b";
  auto got = client.call<s3::ListObjectsV2Operation>(request);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.value().contents->at(0).key, "a b");
  EXPECT_EQ(got.value().contents->at(0).size, 7);
  EXPECT_EQ(transport->calls()[0].origin.host, "my-bucket.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(sent(0).path, "/");
  EXPECT_EQ(sent(0).query, "list-type=2&prefix=dir%2Fa%20b");
}

TEST_F(ServiceClientTest, UploadsToAPathWithAChecksum) {
  ClientOptions given = options();
  given.endpoint = "http://localhost:9";
  transport->then(200, "", {{"ETag", "\"e\""}});
  ServiceClient client(context, s3::kModel, given);
  s3::UploadPartRequest request;
  request.bucket = "b";
  request.key = "dir/100% x";
  request.uploadId = "u/1";
  request.partNumber = 2;
  request.body = bodyFromString("hello");
  auto got = client.call<s3::UploadPartOperation>(request);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.value().eTag, "\"e\"");
  EXPECT_EQ(sent(0).path, "/b/dir/100%25%20x");
  EXPECT_EQ(sent(0).query, "partNumber=2&uploadId=u%2F1");
  EXPECT_EQ(sent(0).body, "hello");
  EXPECT_EQ(sent(0).headers.get("x-amz-checksum-crc32"), "NhCmhg==");  // zlib.crc32(b"hello")
}

TEST_F(ServiceClientTest, AnErrorBehindStatus200IsAnError) {
  transport->then(200, "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code></Error>");
  transport->then(200,
                  "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
  ServiceClient client(context, s3::kModel, options());
  s3::CompleteMultipartUploadRequest request;
  request.bucket = "b1x";
  request.key = "k";
  request.uploadId = "u";
  request.multipartUpload.emplace();
  request.multipartUpload->parts.emplace();
  request.multipartUpload->parts->push_back({});
  request.multipartUpload->parts->back().eTag = "\"x\"";
  request.multipartUpload->parts->back().partNumber = 1;
  auto got = client.call<s3::CompleteMultipartUploadOperation>(request);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.value().eTag, "e");
  EXPECT_EQ(transport->calls().size(), 2u);
  EXPECT_EQ(sent(0).body,
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Part>"
            "<ETag>&quot;x&quot;</ETag><PartNumber>1</PartNumber></Part>"
            "</CompleteMultipartUpload>");
}

TEST_F(ServiceClientTest, NamesTheRegionOfABucketElsewhere) {
  transport->then(301, "<Error><Code>PermanentRedirect</Code><Message>elsewhere</Message></Error>",
                  {{"x-amz-bucket-region", "us-west-2"}});
  ServiceClient client(context, s3::kModel, options());
  s3::GetObjectRequest request;
  request.bucket = "b1x";
  request.key = "k";
  auto got = client.call<s3::GetObjectOperation>(request);
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(callError(got.error(), "x").hint(), "Set the region to 'us-west-2'.");
}

TEST_F(ServiceClientTest, SpeaksQuery) {
  transport->then(200,
                  "<AssumeRoleResponse xmlns=\"x\"><AssumeRoleResult><Credentials>"
                  "<AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey>"
                  "<SessionToken>T</SessionToken><Expiration>2020-01-01T01:00:00Z</Expiration>"
                  "</Credentials></AssumeRoleResult></AssumeRoleResponse>");
  auto role = makeAssumedRoleCredentials(
      context, {.roleArn = "arn:aws:iam::1:role/r", .sessionName = "s", .region = "us-east-1"},
      makeStaticCredentials({"AKID", "secret", ""}));
  auto cached = makeCachedCredentials(env, role);
  for (int i = 0; i < 2; ++i) {
    auto found = cached->find();
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found.value()->keys.sessionToken, "T");
  }
  EXPECT_EQ(sent(0).body,
            "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fr"
            "&RoleSessionName=s&DurationSeconds=3600");
  EXPECT_EQ(transport->calls().size(), 1u);
  // Renewed when they have less than five minutes, and kept when that fails.
  env.simClock().advanceMicros(3'400'000'000);
  transport->then(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
  EXPECT_TRUE(cached->find().ok());
  EXPECT_EQ(transport->calls().size(), 2u);
  env.simClock().advanceMicros(200'000'000);
  transport->then(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
  auto expired = cached->find();
  ASSERT_FALSE(expired.ok());
  EXPECT_EQ(expired.error().kind(), ErrorKind::kPermission);
}

TEST_F(ServiceClientTest, SpeaksCbor) {
  ClientOptions given = options();
  given.format = WireFormat::kCbor11;
  transport->then([](const HttpRequest&) -> Result<HttpResponse> {
    HttpResponse response;
    response.body = "\xa1\x72MillisBehindLatest\x07";
    return response;
  });
  ServiceClient client(context, kinesis::kModel, given);
  auto got = getRecords(client);
  ASSERT_TRUE(got.ok());
  EXPECT_EQ(got.value().millisBehindLatest, 7);
  EXPECT_EQ(sent(0).headers.get("Content-Type"), "application/x-amz-cbor-1.1");
  EXPECT_EQ(sent(0).body, "\xa1\x6dShardIterator\x64here");
}

}  // namespace
}  // namespace millrace
