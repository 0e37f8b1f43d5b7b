#include "connectors/kinesis/aws_kinesis_client.h"

#include <fmt/format.h>

#include "aws/client/call_error.h"
#include "aws/client/cancellation.h"
#include "aws/client/service_client.h"
#include "aws/model/generated/kinesis/get_records.h"
#include "aws/model/generated/kinesis/get_shard_iterator.h"
#include "aws/model/generated/kinesis/list_shards.h"
#include "aws/model/generated/kinesis/put_records.h"
#include "aws/model/generated/kinesis/service.h"

namespace millrace {

namespace {

KinesisProblem problemOf(const ApiError& error) {
  const std::string& code = error.code();
  if (code == "ProvisionedThroughputExceededException" || code == "LimitExceededException" ||
      code == "KMSThrottlingException") {
    return KinesisProblem::kThrottled;
  }
  if (code == "ExpiredIteratorException") return KinesisProblem::kExpiredIterator;
  if (code == "ResourceNotFoundException") return KinesisProblem::kNotFound;
  if (code == "InvalidArgumentException") return KinesisProblem::kInvalidArgument;
  switch (retryReasonOf(error)) {
    case RetryReason::kNone:
      return KinesisProblem::kFatal;
    case RetryReason::kThrottling:
      return KinesisProblem::kThrottled;
    default:
      return KinesisProblem::kTransient;
  }
}

std::optional<std::string> optionalText(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

class AwsKinesisClient : public KinesisClient {
 public:
  AwsKinesisClient(ClientContext context, ClientOptions options, const KinesisStreamOptions& stream)
      : cancellation_(context.cancellation),
        client_(std::move(context), kinesis::kModel, std::move(options)),
        name_(stream.name),
        arn_(stream.arn),
        text_(stream.text()) {}

  KinesisReply<std::vector<KinesisShard>> listShards(const ShardListing& listing) override {
    std::vector<KinesisShard> shards;
    std::optional<std::string> token;
    do {
      kinesis::ListShardsInput input;
      if (token) {
        input.nextToken = token;
      } else {
        name(input);
        input.shardFilter = filterOf(listing);
      }
      auto listed = client_.call<kinesis::ListShardsOperation>(input);
      if (!listed.ok()) return failed(listed.error());
      for (kinesis::Shard& shard : listed.value().shards.value_or(std::vector<kinesis::Shard>())) {
        shards.push_back({shard.shardId, shard.parentShardId.value_or(""),
                          shard.adjacentParentShardId.value_or(""),
                          parseHashKey(shard.hashKeyRange.startingHashKey),
                          parseHashKey(shard.hashKeyRange.endingHashKey)});
      }
      token = listed.value().nextToken;
    } while (token);
    return shards;
  }

  KinesisReply<std::string> getShardIterator(const std::string& shardId,
                                             const ShardPosition& position) override {
    kinesis::GetShardIteratorInput input;
    name(input);
    input.shardId = shardId;
    switch (position.kind) {
      case ShardPosition::Kind::kTrimHorizon:
        input.shardIteratorType = "TRIM_HORIZON";
        break;
      case ShardPosition::Kind::kTimestamp:
        input.shardIteratorType = "AT_TIMESTAMP";
        input.timestamp = Timestamp{position.timestampMillis};
        break;
      case ShardPosition::Kind::kAfter:
        input.shardIteratorType = "AFTER_SEQUENCE_NUMBER";
        input.startingSequenceNumber = position.sequenceNumber;
        break;
      case ShardPosition::Kind::kInside:
        input.shardIteratorType = "AT_SEQUENCE_NUMBER";
        input.startingSequenceNumber = position.sequenceNumber;
        break;
    }
    auto found = client_.call<kinesis::GetShardIteratorOperation>(input);
    if (!found.ok()) return failed(found.error());
    return std::string(found.value().shardIterator.value_or(""));
  }

  KinesisReply<KinesisRecords> getRecords(const std::string& iterator, int limit) override {
    kinesis::GetRecordsInput input;
    input.shardIterator = iterator;
    input.limit = limit;
    input.streamARN = optionalText(arn_);
    auto got = client_.call<kinesis::GetRecordsOperation>(input);
    if (!got.ok()) return failed(got.error());
    KinesisRecords records;
    records.nextIterator = got.value().nextShardIterator.value_or("");
    records.millisBehindLatest = got.value().millisBehindLatest.value_or(0);
    records.records.reserve(got.value().records.size());
    for (kinesis::Record& record : got.value().records) {
      records.records.push_back({std::move(record.sequenceNumber),
                                 std::move(record.partitionKey).value_or(""),
                                 std::move(record.data.bytes),
                                 record.approximateArrivalTimestamp.value_or(Timestamp{}).millis});
    }
    return records;
  }

  KinesisReply<std::vector<KinesisPutResult>> putRecords(
      const std::vector<KinesisPut>& records) override {
    kinesis::PutRecordsInput input;
    name(input);
    input.records.reserve(records.size());
    for (const KinesisPut& record : records) {
      kinesis::PutRecordsRequestEntry entry;
      entry.data.bytes = record.data;
      entry.partitionKey = record.partitionKey;
      input.records.push_back(std::move(entry));
    }
    auto put = client_.call<kinesis::PutRecordsOperation>(input);
    if (!put.ok()) return failed(put.error());
    std::vector<KinesisPutResult> results;
    results.reserve(put.value().records.size());
    for (kinesis::PutRecordsResultEntry& entry : put.value().records) {
      results.push_back({entry.errorCode.value_or(""), entry.errorMessage.value_or("")});
    }
    return results;
  }

  void cancel() override { cancellation_->cancel(); }

 private:
  template <typename Input>
  void name(Input& input) const {
    input.streamName = optionalText(name_);
    input.streamARN = optionalText(arn_);
  }

  static std::optional<kinesis::ShardFilter> filterOf(const ShardListing& listing) {
    kinesis::ShardFilter filter;
    switch (listing.from) {
      case ShardListing::From::kAll:
        return std::nullopt;
      case ShardListing::From::kTrimHorizon:
        filter.type = "FROM_TRIM_HORIZON";
        break;
      case ShardListing::From::kTimestamp:
        filter.type = "FROM_TIMESTAMP";
        filter.timestamp = Timestamp{listing.timestampMillis};
        break;
      case ShardListing::From::kLatest:
        filter.type = "AT_LATEST";
        break;
    }
    return filter;
  }

  KinesisError failed(const ApiError& error) const {
    return {problemOf(error), callError(error, fmt::format("stream '{}'", text_))};
  }

  std::shared_ptr<Cancellation> cancellation_;
  ServiceClient client_;
  std::string name_;
  std::string arn_;
  std::string text_;
};

std::string settingOf(const OptionMap& settings, const char* key) {
  auto found = settings.find(key);
  return found == settings.end() ? "" : found->second;
}

// The settings below a key, with the key removed.
OptionMap below(const OptionMap& settings, const std::string& prefix) {
  OptionMap found;
  for (const auto& [key, value] : settings) {
    if (key.starts_with(prefix)) found[key.substr(prefix.size())] = value;
  }
  return found;
}

AssumedRole roleOf(const OptionMap& settings, const std::string& region) {
  AssumedRole role;
  role.roleArn = settingOf(settings, "role.arn");
  role.sessionName = settingOf(settings, "role.sessionName");
  role.externalId = settingOf(settings, "role.externalId");
  role.endpoint = settingOf(settings, "role.stsEndpoint");
  role.webIdentityTokenFile = settingOf(settings, "webIdentityToken.file");
  role.region = region;
  return role;
}

// Flink's providers. Roles nest: a role's provider has settings of its own below its key.
Result<CredentialsPtr> makeCredentials(const ClientContext& context, const OptionMap& settings,
                                       std::string provider, const std::string& region, int depth) {
  std::string key = settingOf(settings, "basic.accesskeyid");
  std::string secret = settingOf(settings, "basic.secretkey");
  if (provider.empty()) provider = !key.empty() && !secret.empty() ? "BASIC" : "AUTO";
  if (provider == "AUTO") return makeDefaultCredentials(context);
  if (provider == "BASIC") {
    SigningKeyPair keys;
    keys.accessKeyId = key;
    keys.secretKey = secret;
    return makeStaticCredentials(std::move(keys));
  }
  if (provider == "ENV_VAR") return makeEnvironmentCredentials(context);
  if (provider == "PROFILE") {
    return makeProfileCredentials(
        context, {settingOf(settings, "profile.name"), settingOf(settings, "profile.path")});
  }
  if (provider == "WEB_IDENTITY_TOKEN") {
    AssumedRole role = roleOf(settings, region);
    CredentialsPtr made = role.webIdentityTokenFile.empty()
                              ? makeEnvironmentWebIdentity(context)
                              : makeWebIdentityCredentials(context, std::move(role));
    return makeCachedCredentials(*context.env, std::move(made));
  }
  constexpr int kMostRoles = 8;
  if (provider == "ASSUME_ROLE" && depth < kMostRoles) {
    CredentialsPtr source =
        TRY(makeCredentials(context, below(settings, "role.provider."),
                            settingOf(settings, "role.provider"), region, depth + 1));
    return makeCachedCredentials(
        *context.env,
        makeAssumedRoleCredentials(context, roleOf(settings, region), std::move(source)));
  }
  return Error(ErrorKind::kInvalidOption,
               fmt::format("the credentials provider '{}' is not known", provider))
      .withHint("Use AUTO, BASIC, ENV_VAR, PROFILE, ASSUME_ROLE or WEB_IDENTITY_TOKEN.");
}

}  // namespace

Result<KinesisClientPtr> makeAwsKinesisClient(const KinesisStreamOptions& stream, Env& env) {
  ClientContext context = makeClientContext(env);
  if (stream.trustAllCertificates) {
    TransportOptions transport;
    transport.verifyCertificates = false;
    context.transport = makeHttpTransport(transport);
  }
  ClientOptions options;
  options.region = stream.region;
  options.endpoint = stream.endpoint;
  options.send.idleTimeoutMillis = stream.readTimeoutMillis;
  options.credentials = TRY(makeCredentials(
      context, stream.credentials, settingOf(stream.credentials, "provider"), stream.region, 0));
  // Records as they are, not in base64; off as the SDK for Java has it, for services without CBOR.
  bool cbor = context.variables("CBOR_ENABLED").value_or("true") != "false";
  options.format = cbor ? WireFormat::kCbor11 : WireFormat::kJson11;
  return KinesisClientPtr(
      std::make_shared<AwsKinesisClient>(std::move(context), std::move(options), stream));
}

}  // namespace millrace
