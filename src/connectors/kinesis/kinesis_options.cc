#include "connectors/kinesis/kinesis_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "connectors/kinesis/initial_timestamp.h"

namespace millrace {

namespace {

constexpr OptionType kText = OptionType::kString;
constexpr OptionType kNumber = OptionType::kInteger;
constexpr OptionType kTime = OptionType::kDuration;
constexpr OptionType kFlag = OptionType::kBoolean;
constexpr const char* kTimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX";
constexpr std::string_view kCredentialsPrefix = "aws.credentials.";

using Specs = std::vector<OptionSpec>;

void append(Specs& to, Specs from) { to.insert(to.end(), from.begin(), from.end()); }

Specs streamOptions() {
  return {
      {"stream", kText, "", false, {}, "The name of the stream; or give 'stream.arn'."},
      {"stream.arn", kText, "", false, {}, "The ARN of the stream."},
      {"aws.region",
       kText,
       "",
       false,
       {},
       "The region; without it that of the ARN, else AWS_REGION or the profile's."},
      {"aws.endpoint",
       kText,
       "",
       false,
       {},
       "The URL of the service; without it AWS_ENDPOINT_URL, else AWS's own."},
      {"aws.trust.all.certificates", kFlag, "false", false, {}, "Accept any certificate."},
      {"aws.credentials.provider",
       kText,
       "",
       false,
       {},
       "AUTO, BASIC, ENV_VAR, PROFILE, ASSUME_ROLE or WEB_IDENTITY_TOKEN."},
      {"aws.credentials.basic.accesskeyid", kText, "", false, {}, "BASIC: the access key."},
      {"aws.credentials.basic.secretkey", kText, "", false, {}, "BASIC: the secret key."},
      {"aws.credentials.profile.path", kText, "", false, {}, "PROFILE: the credentials file."},
      {"aws.credentials.profile.name", kText, "", false, {}, "PROFILE: its name."},
      {"aws.credentials.role.arn", kText, "", false, {}, "The role to assume."},
      {"aws.credentials.role.sessionName", kText, "", false, {}, "The name of the role's session."},
      {"aws.credentials.role.externalId", kText, "", false, {}, "The external id of the role."},
      {"aws.credentials.role.stsEndpoint", kText, "", false, {}, "The URL of STS."},
      {"aws.credentials.role.provider",
       kText,
       "",
       false,
       {},
       "Whose credentials assume the role; its options follow below this key."},
      {"aws.credentials.role.provider.#", kText, "", false, {}, "Options of that provider."},
      {"aws.credentials.webIdentityToken.file",
       kText,
       "",
       false,
       {},
       "WEB_IDENTITY_TOKEN: the file with the token."},
      {"aws.credentials.custom.class", kText, "", false, {}, "Not supported."},
  };
}

Specs httpOptions() {
  return {
      {"aws.http-client.read-timeout",
       kNumber,
       "60000",
       false,
       {},
       "A call without a byte for that many milliseconds has failed."},
      {"aws.http-client.max-concurrency",
       kNumber,
       "10000",
       false,
       {},
       "The most calls of a sink at the same time. A source has one under way for a shard."},
      {"aws.http.protocol.version",
       OptionType::kEnum,
       "HTTP2",
       false,
       {"HTTP1_1", "HTTP2"},
       "Accepted and without effect: the service decides."},
      {"aws.kinesis.client.user-agent-prefix",
       kText,
       "",
       false,
       {},
       "Accepted and without effect."},
      {"sink.http-client.read-timeout", kNumber, "", false, {}, "As aws.http-client.read-timeout."},
      {"sink.http-client.max-concurrency",
       kNumber,
       "",
       false,
       {},
       "As aws.http-client.max-concurrency."},
      {"sink.http-client.protocol.version",
       OptionType::kEnum,
       "HTTP2",
       false,
       {"HTTP1_1", "HTTP2"},
       "As aws.http.protocol.version."},
  };
}

// Of connectors 5 and later.
Specs newSourceOptions() {
  return {
      {"source.init.position",
       kText,
       "",
       false,
       {},
       "LATEST (default), TRIM_HORIZON or AT_TIMESTAMP: where a job begins that restores nothing."},
      {"source.init.timestamp",
       kText,
       "",
       false,
       {},
       "AT_TIMESTAMP: the time, in the format below or as seconds since 1970."},
      {"source.init.timestamp.format", kText, "", false, {}, "As Java's SimpleDateFormat."},
      {"source.shard.discovery.interval",
       kTime,
       "",
       false,
       {},
       "How often to look for new shards."},
      {"source.shard.get-records.max-record-count",
       kNumber,
       "",
       false,
       {},
       "The most records of one call, 1 to 10000."},
      {"source.shard-assigner",
       kText,
       "default",
       false,
       {},
       "default or uniform: both give every subtask a part of the hash keys."},
      {"source.reader.type", kText, "POLLING", false, {}, "Only POLLING."},
      {"source.reader.empty-records-fetch-interval",
       kTime,
       "250 ms",
       false,
       {},
       "How long to wait after a call that brought nothing."},
      {"source.efo.#", kText, "", false, {}, "Not supported: of enhanced fan-out."},
      {"source.deaggregation",
       kFlag,
       "true",
       false,
       {},
       "An extension: expand records that the Kinesis Producer Library has aggregated."},
  };
}

Specs retryOptions(const std::string& prefix, const char* base, const char* most,
                   const char* attempts) {
  return {
      {prefix + ".maxretries",
       kNumber,
       attempts,
       false,
       {},
       "How often a failed call is repeated. Throttled ones are repeated until they succeed."},
      {prefix + ".backoff.base", kNumber, base, false, {}, "Milliseconds before a repetition."},
      {prefix + ".backoff.max", kNumber, most, false, {}, "At most that many milliseconds."},
      {prefix + ".backoff.expconst",
       OptionType::kDouble,
       "1.5",
       false,
       {},
       "The factor by which the wait grows."},
  };
}

// Flink has them for what does not happen here.
Specs ineffectiveSourceOptions() {
  return {
      {"scan.stream.describe.#",
       kText,
       "",
       false,
       {},
       "Accepted and without effect: streams are not described, their shards are listed."},
      {"scan.watermark.sync.interval",
       kNumber,
       "30000",
       false,
       {},
       "Accepted and without effect, as in Flink's SQL: it needs a watermark tracker, which only "
       "Java code can set."},
      {"scan.watermark.lookahead.millis",
       kNumber,
       "0",
       false,
       {},
       "As scan.watermark.sync.interval."},
      {"scan.watermark.sync.queue.capacity",
       kNumber,
       "100",
       false,
       {},
       "As scan.watermark.sync.interval."},
  };
}

// Of connectors before 5.
Specs classicSourceOptions() {
  Specs specs = {
      {"scan.stream.initpos", kText, "", false, {}, "As source.init.position."},
      {"scan.stream.initpos-timestamp", kText, "", false, {}, "As source.init.timestamp."},
      {"scan.stream.initpos-timestamp-format",
       kText,
       "",
       false,
       {},
       "As source.init.timestamp.format."},
      {"scan.stream.recordpublisher", kText, "POLLING", false, {}, "Only POLLING."},
      {"scan.stream.efo.#", kText, "", false, {}, "Not supported: of enhanced fan-out."},
      {"scan.shard-assigner", kText, "default", false, {}, "As source.shard-assigner."},
      {"scan.shard.getrecords.maxrecordcount",
       kNumber,
       "",
       false,
       {},
       "As source.shard.get-records.max-record-count."},
      {"scan.shard.getrecords.intervalmillis",
       kNumber,
       "200",
       false,
       {},
       "Milliseconds between calls for one shard; Kinesis grants five calls a second."},
      {"scan.shard.discovery.intervalmillis",
       kNumber,
       "",
       false,
       {},
       "As source.shard.discovery.interval, in milliseconds."},
      {"scan.shard.adaptivereads",
       kFlag,
       "false",
       false,
       {},
       "Ask for as many records as the shard's bytes per second allow."},
      {"scan.shard.idle.interval",
       kNumber,
       "",
       false,
       {},
       "Milliseconds without rows after which a shard does not hold the watermark back."},
      {"shard.consumer.error.recoverable[#].exception",
       kText,
       "",
       false,
       {},
       "The Java class of an error of the network: all that may go away by themselves are waited "
       "out, however long they last."},
  };
  append(specs, retryOptions("scan.shard.getrecords", "300", "1000", "10"));
  append(specs, retryOptions("scan.shard.getiterator", "300", "1000", "10"));
  append(specs, retryOptions("scan.list.shards", "1000", "5000", "10"));
  append(specs, ineffectiveSourceOptions());
  return specs;
}

Specs sinkOptionSpecs() {
  return {
      {"sink.partitioner",
       kText,
       "",
       false,
       {},
       "random (default) or fixed: the partition key of a record. A table with PARTITIONED BY "
       "uses its columns instead."},
      {"sink.partitioner-field-delimiter",
       kText,
       "|",
       false,
       {},
       "What stands between the values of PARTITIONED BY columns in the partition key."},
      {"sink.batch.max-size", kNumber, "", false, {}, "The most records of one call, 1 to 500."},
      {"sink.requests.max-inflight", kNumber, "", false, {}, "The most calls at the same time."},
      {"sink.requests.max-buffered",
       kNumber,
       "10000",
       false,
       {},
       "With more records than this waiting the sink takes no more."},
      {"sink.flush-buffer.size",
       OptionType::kMemorySize,
       "5242880",
       false,
       {},
       "Send when that many bytes wait."},
      {"sink.flush-buffer.timeout",
       kNumber,
       "",
       false,
       {},
       "Send when a record has waited that many milliseconds."},
      {"sink.fail-on-error", kFlag, "", false, {}, "Fail instead of sending a record again."},
      {"sink.producer.record-max-buffered-time",
       kNumber,
       "5000",
       false,
       {},
       "As sink.flush-buffer.timeout."},
      {"sink.producer.collection-max-size", kNumber, "500", false, {}, "As sink.batch.max-size."},
      {"sink.producer.collection-max-count",
       kNumber,
       "16",
       false,
       {},
       "As sink.requests.max-inflight."},
      {"sink.producer.fail-on-error", kFlag, "false", false, {}, "As sink.fail-on-error."},
      {"sink.producer.kinesis-endpoint", kText, "", false, {}, "The host of the service."},
      {"sink.producer.kinesis-port", kText, "", false, {}, "Its port."},
      {"sink.producer.verify-certificate",
       kFlag,
       "true",
       false,
       {},
       "The opposite of aws.trust.all.certificates."},
      {"sink.producer.#", kText, "", false, {}, "Accepted and without effect."},
  };
}

// The value under the first of the keys that is set.
std::string firstOf(const OptionReader& options, std::initializer_list<const char*> keys,
                    std::string fallback) {
  for (const char* key : keys) {
    if (options.has(key)) return options.text(key);
  }
  return fallback;
}

int64_t numberOf(const OptionReader& options, const char* key, const char* classic) {
  return options.integer(options.has(key) ? key : classic);
}

// Enumerations may be written in any case, as in Flink.
std::string upperCase(std::string name) {
  for (char& c : name) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

std::string startName(const OptionReader& options) {
  return upperCase(firstOf(options, {"source.init.position", "scan.stream.initpos"}, "LATEST"));
}

Result<int64_t> startMillis(const OptionReader& options) {
  std::string text =
      firstOf(options, {"source.init.timestamp", "scan.stream.initpos-timestamp"}, "");
  std::string format =
      firstOf(options, {"source.init.timestamp.format", "scan.stream.initpos-timestamp-format"},
              kTimestampFormat);
  if (text.empty()) {
    return Error(ErrorKind::kMissingOption,
                 "'source.init.timestamp' is missing for the initial position AT_TIMESTAMP")
        .withHint("Set it to a time such as 2016-04-04T19:58:46.480-00:00 or 1459799926.480.");
  }
  return parseInitialTimestamp(text, format);
}

Error invalid(std::string message, std::string hint) {
  return Error(ErrorKind::kInvalidOption, std::move(message)).withHint(std::move(hint));
}

Status checkRange(const OptionReader& options, const char* key, int64_t least, int64_t most) {
  if (!options.has(key)) return {};
  int64_t value = options.integer(key);
  if (value >= least && value <= most) return {};
  return invalid(fmt::format("'{}' = '{}' is out of range", key, value),
                 fmt::format("It must be between {} and {}.", least, most));
}

// What a class of Java stands for here: the network's errors are not told apart.
Result<bool> waitsOutErrors(const OptionReader& options) {
  constexpr std::string_view kKnown[] = {
      "UnknownHostException",   "ConnectException",       "SocketException",    "SSLException",
      "NoRouteToHostException", "SocketTimeoutException", "SdkClientException", "IOException"};
  bool any = false;
  for (const auto& [key, value] : options.all()) {
    if (!key.starts_with("shard.consumer.error.recoverable[")) continue;
    std::string name = value.substr(value.rfind('.') + 1);
    if (std::find(std::begin(kKnown), std::end(kKnown), name) == std::end(kKnown)) {
      return Error(ErrorKind::kUnsupported, fmt::format("'{}' = '{}'", key, value))
          .withHint(fmt::format("Only errors of the network can be waited out: {}.",
                                fmt::join(kKnown, ", ")));
    }
    any = true;
  }
  return any;
}

Status checkEnhancedFanOut(const OptionReader& options) {
  for (const char* key : {"scan.stream.recordpublisher", "source.reader.type"}) {
    std::string type = upperCase(options.text(key));
    if (type == "POLLING") continue;
    if (type == "EFO") {
      return Error(ErrorKind::kUnsupported, fmt::format("enhanced fan-out ('{}' = 'EFO')", key))
          .withHint("Use POLLING, or leave the option out.");
    }
    return invalid(fmt::format("'{}' = '{}' is not known", key, type), "Use POLLING.");
  }
  return {};
}

// Others are classes of Java.
Status checkShardAssigner(const OptionReader& options) {
  for (const char* key : {"source.shard-assigner", "scan.shard-assigner"}) {
    std::string assigner = options.text(key);
    if (assigner == "default" || assigner == "uniform") continue;
    return Error(ErrorKind::kUnsupported, fmt::format("'{}' = '{}'", key, assigner))
        .withHint("Use default or uniform; Java classes cannot be run.");
  }
  return {};
}

Status checkSource(const OptionReader& options) {
  TRY(checkEnhancedFanOut(options));
  TRY(checkShardAssigner(options));
  TRY(waitsOutErrors(options));
  std::string start = startName(options);
  if (start != "LATEST" && start != "TRIM_HORIZON" && start != "AT_TIMESTAMP") {
    return invalid(fmt::format("the initial position '{}' is not known", start),
                   "Use LATEST, TRIM_HORIZON or AT_TIMESTAMP.");
  }
  if (start == "AT_TIMESTAMP") TRY(startMillis(options));
  TRY(checkRange(options, "source.shard.get-records.max-record-count", 1, 10'000));
  TRY(checkRange(options, "scan.shard.getrecords.maxrecordcount", 1, 10'000));
  TRY(checkRange(options, "scan.shard.getrecords.intervalmillis", 0, 300'000));
  return checkRange(options, "scan.shard.discovery.intervalmillis", 1, INT64_MAX);
}

// The types whose text as a partition key is well defined, as in Flink.
bool isKeyType(const Type& type) {
  switch (type.kind()) {
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBoolean:
    case TypeKind::kTinyint:
    case TypeKind::kSmallint:
    case TypeKind::kInteger:
    case TypeKind::kBigint:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      return true;
    default:
      return false;
  }
}

Status checkPartitioner(const OptionReader& options, const TableDefinition& table) {
  if (!table.partitionKeys.empty() && options.has("sink.partitioner")) {
    return invalid(
        "Cannot set sink.partitioner option for a table defined with a PARTITIONED BY clause",
        "Leave the option or the clause out.");
  }
  std::string partitioner = options.text("sink.partitioner");
  if (!partitioner.empty() && partitioner != "fixed" && partitioner != "random") {
    return Error(ErrorKind::kUnsupported, fmt::format("'sink.partitioner' = '{}'", partitioner))
        .withHint(
            "Use fixed or random, or PARTITIONED BY for columns; Java classes cannot be run.");
  }
  for (const std::string& key : table.partitionKeys) {
    auto field = std::find_if(table.physical.begin(), table.physical.end(),
                              [&](const Field& each) { return each.name == key; });
    if (field == table.physical.end() || isKeyType(field->type)) continue;
    return Error(ErrorKind::kUnsupported,
                 fmt::format("The following partition keys have types that are not supported by "
                             "Kinesis: {}",
                             key))
        .withHint("Partition by strings, booleans and numbers other than DECIMAL.");
  }
  return {};
}

Status checkSink(const OptionReader& options, const TableDefinition& table) {
  TRY(checkPartitioner(options, table));
  TRY(checkRange(options, "sink.batch.max-size", 1, 500));
  TRY(checkRange(options, "sink.requests.max-inflight", 1, 10'000));
  TRY(checkRange(options, "sink.requests.max-buffered", 1, 10'000'000));
  TRY(checkRange(options, "sink.flush-buffer.timeout", 1, INT64_MAX));
  TRY(checkRange(options, "sink.http-client.read-timeout", 1, INT64_MAX));
  TRY(checkRange(options, "sink.http-client.max-concurrency", 1, INT64_MAX));
  return {};
}

Status checkCredentials(const OptionReader& options) {
  std::string provider = options.text("aws.credentials.provider");
  if (provider == "CUSTOM" || provider == "SYS_PROP") {
    return Error(ErrorKind::kUnsupported,
                 fmt::format("'aws.credentials.provider' = '{}', which needs Java", provider))
        .withHint("Use AUTO, BASIC, ENV_VAR, PROFILE, ASSUME_ROLE or WEB_IDENTITY_TOKEN.");
  }
  constexpr std::string_view kKnown[] = {
      "", "AUTO", "BASIC", "ENV_VAR", "PROFILE", "ASSUME_ROLE", "WEB_IDENTITY_TOKEN"};
  if (std::find(std::begin(kKnown), std::end(kKnown), provider) == std::end(kKnown)) {
    return invalid(fmt::format("'aws.credentials.provider' = '{}' is not known", provider),
                   "Use AUTO, BASIC, ENV_VAR, PROFILE, ASSUME_ROLE or WEB_IDENTITY_TOKEN.");
  }
  bool hasKeys = options.has("aws.credentials.basic.accesskeyid") &&
                 options.has("aws.credentials.basic.secretkey");
  if (provider == "BASIC" && !hasKeys) {
    return Error(ErrorKind::kMissingOption, "the credentials provider BASIC needs keys")
        .withHint("Set 'aws.credentials.basic.accesskeyid' and 'aws.credentials.basic.secretkey'.");
  }
  if (provider == "ASSUME_ROLE" && !options.has("aws.credentials.role.arn")) {
    return Error(ErrorKind::kMissingOption, "the credentials provider ASSUME_ROLE needs a role")
        .withHint("Set 'aws.credentials.role.arn'.");
  }
  return {};
}

}  // namespace

std::vector<OptionSpec> kinesisOptions() {
  Specs specs = streamOptions();
  append(specs, httpOptions());
  append(specs, newSourceOptions());
  append(specs, classicSourceOptions());
  append(specs, sinkOptionSpecs());
  return specs;
}

Status validateKinesisTable(const TableOptions& table, const TableDefinition& definition,
                            TableUse use) {
  const OptionReader& options = table.options;
  if (options.has("stream") == options.has("stream.arn")) {
    bool both = options.has("stream");
    return Error(both ? ErrorKind::kInvalidOption : ErrorKind::kMissingOption,
                 both ? "both 'stream' and 'stream.arn' are set"
                      : "option 'stream.arn' of connector 'kinesis' is missing")
        .withHint("Set 'stream.arn' to the ARN of the stream, or 'stream' to its name.");
  }
  std::string arn = options.text("stream.arn");
  if (!arn.empty() && (!arn.starts_with("arn:") || arn.find(":kinesis:") == std::string::npos)) {
    return invalid(fmt::format("'stream.arn' = '{}' is no ARN of a stream", arn),
                   "It looks like arn:aws:kinesis:us-east-1:123456789012:stream/name.");
  }
  TRY(checkCredentials(options));
  TRY(checkRange(options, "aws.http-client.read-timeout", 1, INT64_MAX));
  TRY(checkRange(options, "aws.http-client.max-concurrency", 1, INT64_MAX));
  return use == TableUse::kSink ? checkSink(options, definition) : checkSource(options);
}

CallRetries readRetries(const OptionReader& options, const std::string& prefix) {
  CallRetries read;
  read.attempts = static_cast<int>(options.integer(prefix + ".maxretries"));
  read.baseMillis = options.integer(prefix + ".backoff.base");
  read.maxMillis = options.integer(prefix + ".backoff.max");
  read.factor = options.real(prefix + ".backoff.expconst");
  return read;
}

Result<KinesisSourceOptions> readSourceOptions(const OptionReader& options) {
  KinesisSourceOptions read;
  std::string start = startName(options);
  if (start == "TRIM_HORIZON") read.start = InitialPosition::kTrimHorizon;
  if (start == "AT_TIMESTAMP") {
    read.start = InitialPosition::kTimestamp;
    read.startMillis = TRY(startMillis(options));
  }
  for (const char* key :
       {"source.shard.get-records.max-record-count", "scan.shard.getrecords.maxrecordcount"}) {
    if (options.has(key)) read.maxRecords = static_cast<int>(options.integer(key));
  }
  read.pollIntervalMillis = options.integer("scan.shard.getrecords.intervalmillis");
  read.emptyMillis = std::max(read.pollIntervalMillis,
                              options.durationMillis("source.reader.empty-records-fetch-interval"));
  if (options.has("scan.shard.getrecords.intervalmillis")) {
    read.emptyMillis = read.pollIntervalMillis;
  }
  if (options.has("scan.shard.discovery.intervalmillis")) {
    read.discoveryMillis = options.integer("scan.shard.discovery.intervalmillis");
  }
  if (options.has("source.shard.discovery.interval")) {
    read.discoveryMillis = options.durationMillis("source.shard.discovery.interval");
  }
  read.pollRetries = readRetries(options, "scan.shard.getrecords");
  read.iteratorRetries = readRetries(options, "scan.shard.getiterator");
  read.listRetries = readRetries(options, "scan.list.shards");
  read.retriesForever = TRY(waitsOutErrors(options));
  read.adaptiveReads = options.boolean("scan.shard.adaptivereads");
  read.deaggregation = options.boolean("source.deaggregation");
  if (options.has("scan.shard.idle.interval")) {
    read.idleMillis = options.integer("scan.shard.idle.interval");
  }
  return read;
}

KinesisSinkOptions readSinkOptions(const OptionReader& options) {
  KinesisSinkOptions read;
  read.maxBatch = static_cast<int>(std::clamp<int64_t>(
      numberOf(options, "sink.batch.max-size", "sink.producer.collection-max-size"), 1, 500));
  read.maxBatchBytes = options.memoryBytes("sink.flush-buffer.size");
  read.flushMillis =
      numberOf(options, "sink.flush-buffer.timeout", "sink.producer.record-max-buffered-time");
  int64_t inFlight =
      numberOf(options, "sink.requests.max-inflight", "sink.producer.collection-max-count");
  int64_t connections =
      numberOf(options, "sink.http-client.max-concurrency", "aws.http-client.max-concurrency");
  read.maxInFlight = static_cast<int>(std::max<int64_t>(1, std::min(inFlight, connections)));
  read.maxBuffered = options.integer("sink.requests.max-buffered");
  bool isNew = options.has("sink.fail-on-error");
  read.failOnError = options.boolean(isNew ? "sink.fail-on-error" : "sink.producer.fail-on-error");
  return read;
}

KinesisStreamOptions readSinkStreamOptions(const OptionReader& options) {
  KinesisStreamOptions read = readStreamOptions(options);
  if (options.has("sink.http-client.read-timeout")) {
    read.readTimeoutMillis = options.integer("sink.http-client.read-timeout");
  }
  return read;
}

KinesisStreamOptions readStreamOptions(const OptionReader& options) {
  KinesisStreamOptions read;
  read.name = options.text("stream");
  read.arn = options.text("stream.arn");
  read.region = options.text("aws.region");
  if (read.region.empty() && !read.arn.empty()) {
    // arn:partition:kinesis:region:account:stream/name
    size_t begin = read.arn.find(":kinesis:") + std::string_view(":kinesis:").size();
    read.region = read.arn.substr(begin, read.arn.find(':', begin) - begin);
  }
  read.readTimeoutMillis = options.integer("aws.http-client.read-timeout");
  read.endpoint = options.text("aws.endpoint");
  std::string host = options.text("sink.producer.kinesis-endpoint");
  if (read.endpoint.empty() && !host.empty()) {
    std::string port = options.text("sink.producer.kinesis-port");
    read.endpoint = "https://" + host + (port.empty() ? "" : ":" + port);
  }
  read.trustAllCertificates = options.boolean("aws.trust.all.certificates") ||
                              !options.boolean("sink.producer.verify-certificate");
  for (const auto& [key, value] : options.all()) {
    if (key.starts_with(kCredentialsPrefix)) {
      read.credentials[key.substr(kCredentialsPrefix.size())] = value;
    }
  }
  return read;
}

}  // namespace millrace
