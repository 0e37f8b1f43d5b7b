// The options of the kinesis connector: their declaration, and what they mean.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connectors/connector.h"

namespace millrace {

std::vector<OptionSpec> kinesisOptions();

enum class InitialPosition : uint8_t { kLatest, kTrimHorizon, kTimestamp };

// Of calls that fail for a while. Throttled ones are not counted: they are repeated for ever.
struct CallRetries {
  int attempts = 10;
  int64_t baseMillis = 300;
  int64_t maxMillis = 1000;
  double factor = 1.5;
};

struct KinesisSourceOptions {
  InitialPosition start = InitialPosition::kLatest;
  int64_t startMillis = 0;  // kTimestamp
  int maxRecords = 10'000;  // of one call
  int64_t pollIntervalMillis = 200;
  int64_t emptyMillis = 250;  // after a call that brought nothing
  int64_t discoveryMillis = 10'000;
  CallRetries pollRetries;
  CallRetries iteratorRetries;
  CallRetries listRetries{10, 1000, 5000, 1.5};
  bool retriesForever = false;  // whatever may go away by itself
  bool adaptiveReads = false;
  bool deaggregation = true;
  int64_t idleMillis = -1;  // of a shard, for watermarks; -1 = the job's setting
};

struct KinesisSinkOptions {
  int maxBatch = 500;
  int64_t maxBatchBytes = 5 << 20;
  int64_t flushMillis = 5000;
  int maxInFlight = 16;
  int64_t maxBuffered = 10'000;
  bool failOnError = false;
};

// Which stream, where, and as whom.
struct KinesisStreamOptions {
  std::string name;  // of the stream; "" when the ARN is given
  std::string arn;   // "" when the name is given
  std::string region;
  std::string endpoint;
  bool trustAllCertificates = false;
  int64_t readTimeoutMillis = 60'000;  // of a call without a byte
  OptionMap credentials;               // "aws.credentials." removed
  std::string text() const { return arn.empty() ? name : arn; }
};

// Checks what depends on several options; the message names the option.
Status validateKinesisTable(const TableOptions& options, const TableDefinition& table,
                            TableUse use);

// Require: validateKinesisTable() found nothing.
Result<KinesisSourceOptions> readSourceOptions(const OptionReader& options);
KinesisSinkOptions readSinkOptions(const OptionReader& options);
KinesisStreamOptions readStreamOptions(const OptionReader& options);
// The same with what a sink may set of its own.
KinesisStreamOptions readSinkStreamOptions(const OptionReader& options);

}  // namespace millrace
