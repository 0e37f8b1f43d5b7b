#include "aws/model/generated/kinesisanalyticsv2/discover_input_schema.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/model/resource_names.h"
#include "control/sampling/schema_inference.h"
#include "control/service.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

constexpr size_t kMaxRecords = 100;
constexpr size_t kMaxObjectBytes = 64 << 10;

struct Sample {
  std::vector<std::string> records;
};

Outcome<void> checkSource(const DiscoverInputSchemaRequest& input) {
  if (input.resourceARN.has_value() == input.s3Configuration.has_value()) {
    return invalidArgumentException("Either ResourceARN or S3Configuration must be given.");
  }
  if (input.inputProcessingConfiguration) {
    return unsupportedOperationException(
        "Records cannot be processed by a Lambda function before their schema is discovered.");
  }
  if (input.resourceARN && input.resourceARN->find(":kinesis:") == std::string::npos) {
    return unsupportedOperationException(fmt::format(
        "{} is no Kinesis data stream; only these can be sampled.", *input.resourceARN));
  }
  return {};
}

ApiError samplingError(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::kNotFound:
    case ErrorKind::kPermission:
    case ErrorKind::kInvalidArgument:
      return invalidArgumentException(
          "Please check the role provided or validity of the source you provided: " +
          error.message());
    default:
      return serviceUnavailableException("The source cannot be read now: " + error.message());
  }
}

Outcome<Sample> takeSample(RecordSampler& sampler, const DiscoverInputSchemaRequest& input) {
  Sample sample;
  if (input.s3Configuration) {
    Result<std::string> bytes = sampler.sampleObject(
        bucketOfArn(input.s3Configuration->bucketARN), input.s3Configuration->fileKey,
        {input.serviceExecutionRole, {}}, kMaxObjectBytes);
    if (!bytes.ok()) return samplingError(bytes.error());
    sample.records = recordsOfObject(bytes.value(), bytes.value().size() < kMaxObjectBytes);
    if (sample.records.size() > kMaxRecords) sample.records.resize(kMaxRecords);
    return sample;
  }
  std::string position = "NOW";
  if (const auto& start = input.inputStartingPositionConfiguration) {
    position = start->inputStartingPosition.value_or(position);
  }
  Result<std::vector<std::string>> records = sampler.sampleStream(
      *input.resourceARN, position, {input.serviceExecutionRole, {}}, kMaxRecords);
  if (!records.ok()) return samplingError(records.error());
  sample.records = std::move(records).value();
  return sample;
}

}  // namespace

Outcome<DiscoverInputSchemaResponse> discoverInputSchema(Service& service,
                                                         DiscoverInputSchemaRequest& input,
                                                         RequestContext& context) {
  TRY(checkSource(input));
  TRY(service.checkRole(context, {input.serviceExecutionRole, {}}));
  if (service.sampler() == nullptr) {
    return serviceUnavailableException("There is no stream or bucket that could be sampled.");
  }
  Sample sample = TRY(takeSample(*service.sampler(), input));
  if (sample.records.empty()) {
    return unableToDetectSchemaException(
        "No records came from the source while it was looked at. Put some, or let the sample begin "
        "at TRIM_HORIZON.");
  }
  std::optional<InferredSchema> inferred = inferSchema(sample.records);
  if (!inferred) {
    return unableToDetectSchemaException(
               "The records are neither JSON objects nor CSV rows of the same length.")
        .with("RawInputRecords", ::millrace::writeDocument(sample.records));
  }
  DiscoverInputSchemaResponse response;
  response.inputSchema = std::move(inferred->schema);
  if (inferred->rows.size() > kMaxRecords) inferred->rows.resize(kMaxRecords);
  response.parsedInputRecords = std::move(inferred->rows);
  response.rawInputRecords = std::move(sample.records);
  return response;
}

}  // namespace millrace::kinesisanalyticsv2
