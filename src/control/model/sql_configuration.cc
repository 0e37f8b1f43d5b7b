#include "control/model/sql_configuration.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

template <typename Description, typename Given>
std::optional<Description> described(const std::optional<Given>& given) {
  if (!given) return std::nullopt;
  Description description;
  description.resourceARN = given->resourceARN;
  return description;
}

template <typename Description, typename Update>
void updateArn(std::optional<Description>& to, const std::optional<Update>& from) {
  if (!from) return;
  if (!to) to.emplace();
  to->resourceARN = from->resourceARNUpdate;
}

// A change of the kind leaves the one kind that was given last.
template <typename... Others>
void keepOnly(bool given, std::optional<Others>&... others) {
  if (given) (others.reset(), ...);
}

ApiError unknownId(std::string_view what, const std::string& id) {
  return invalidArgumentException(fmt::format("The application has no {} with id {}.", what, id));
}

Outcome<void> updateInput(const InputUpdate& update, InputDescription& input) {
  if (update.namePrefixUpdate) input.namePrefix = update.namePrefixUpdate;
  if (const auto& from = update.inputProcessingConfigurationUpdate) {
    auto& to = input.inputProcessingConfigurationDescription;
    if (!to) to.emplace();
    if (!to->inputLambdaProcessorDescription) to->inputLambdaProcessorDescription.emplace();
    to->inputLambdaProcessorDescription->resourceARN =
        from->inputLambdaProcessorUpdate.resourceARNUpdate;
  }
  if (update.kinesisStreamsInputUpdate && update.kinesisFirehoseInputUpdate) {
    return invalidArgumentException("An input has one source.");
  }
  keepOnly(update.kinesisStreamsInputUpdate.has_value(), input.kinesisFirehoseInputDescription);
  keepOnly(update.kinesisFirehoseInputUpdate.has_value(), input.kinesisStreamsInputDescription);
  updateArn(input.kinesisStreamsInputDescription, update.kinesisStreamsInputUpdate);
  updateArn(input.kinesisFirehoseInputDescription, update.kinesisFirehoseInputUpdate);
  if (const auto& from = update.inputSchemaUpdate) {
    if (!input.inputSchema) input.inputSchema.emplace();
    if (from->recordFormatUpdate) input.inputSchema->recordFormat = *from->recordFormatUpdate;
    if (from->recordEncodingUpdate) input.inputSchema->recordEncoding = from->recordEncodingUpdate;
    if (from->recordColumnUpdates) input.inputSchema->recordColumns = *from->recordColumnUpdates;
  }
  if (const auto& from = update.inputParallelismUpdate) {
    if (!input.inputParallelism) input.inputParallelism.emplace();
    input.inputParallelism->count = from->countUpdate;
  }
  nameInAppStreams(input);
  return {};
}

Outcome<void> updateOutput(const OutputUpdate& update, OutputDescription& output) {
  int numGiven = (update.kinesisStreamsOutputUpdate ? 1 : 0) +
                 (update.kinesisFirehoseOutputUpdate ? 1 : 0) + (update.lambdaOutputUpdate ? 1 : 0);
  if (numGiven > 1) return invalidArgumentException("An output has one destination.");
  if (update.nameUpdate) output.name = update.nameUpdate;
  keepOnly(update.kinesisStreamsOutputUpdate.has_value(), output.kinesisFirehoseOutputDescription,
           output.lambdaOutputDescription);
  keepOnly(update.kinesisFirehoseOutputUpdate.has_value(), output.kinesisStreamsOutputDescription,
           output.lambdaOutputDescription);
  keepOnly(update.lambdaOutputUpdate.has_value(), output.kinesisStreamsOutputDescription,
           output.kinesisFirehoseOutputDescription);
  updateArn(output.kinesisStreamsOutputDescription, update.kinesisStreamsOutputUpdate);
  updateArn(output.kinesisFirehoseOutputDescription, update.kinesisFirehoseOutputUpdate);
  updateArn(output.lambdaOutputDescription, update.lambdaOutputUpdate);
  if (update.destinationSchemaUpdate) output.destinationSchema = update.destinationSchemaUpdate;
  return {};
}

void updateReference(const ReferenceDataSourceUpdate& update,
                     ReferenceDataSourceDescription& reference) {
  if (update.tableNameUpdate) reference.tableName = *update.tableNameUpdate;
  if (const auto& from = update.s3ReferenceDataSourceUpdate) {
    auto& to = reference.s3ReferenceDataSourceDescription;
    if (from->bucketARNUpdate) to.bucketARN = *from->bucketARNUpdate;
    if (from->fileKeyUpdate) to.fileKey = *from->fileKeyUpdate;
  }
  if (update.referenceSchemaUpdate) reference.referenceSchema = update.referenceSchemaUpdate;
}

}  // namespace

void nameInAppStreams(InputDescription& input) {
  int32_t count = 1;
  if (input.inputParallelism) count = input.inputParallelism->count.value_or(1);
  std::vector<std::string>& names = input.inAppStreamNames.emplace();
  for (int32_t i = 1; i <= count; ++i) {
    names.push_back(fmt::format("{}_{:03}", input.namePrefix.value_or(""), i));
  }
}

InputProcessingConfigurationDescription describeProcessing(
    const InputProcessingConfiguration& given) {
  InputProcessingConfigurationDescription description;
  description.inputLambdaProcessorDescription.emplace().resourceARN =
      given.inputLambdaProcessor.resourceARN;
  return description;
}

Outcome<InputDescription> describeInput(const Input& given, SubResourceIds& ids) {
  if (given.kinesisStreamsInput.has_value() == given.kinesisFirehoseInput.has_value()) {
    return invalidArgumentException(
        "An input needs either KinesisStreamsInput or KinesisFirehoseInput.");
  }
  InputDescription input;
  input.inputId = ids.next();
  input.namePrefix = given.namePrefix;
  if (given.inputProcessingConfiguration) {
    input.inputProcessingConfigurationDescription =
        describeProcessing(*given.inputProcessingConfiguration);
  }
  input.kinesisStreamsInputDescription =
      described<KinesisStreamsInputDescription>(given.kinesisStreamsInput);
  input.kinesisFirehoseInputDescription =
      described<KinesisFirehoseInputDescription>(given.kinesisFirehoseInput);
  input.inputSchema = given.inputSchema;
  input.inputParallelism.emplace().count =
      given.inputParallelism ? given.inputParallelism->count.value_or(1) : 1;
  input.inputStartingPositionConfiguration.emplace();
  nameInAppStreams(input);
  return input;
}

Outcome<OutputDescription> describeOutput(const Output& given, SubResourceIds& ids) {
  int numGiven = (given.kinesisStreamsOutput ? 1 : 0) + (given.kinesisFirehoseOutput ? 1 : 0) +
                 (given.lambdaOutput ? 1 : 0);
  if (numGiven != 1) {
    return invalidArgumentException(
        "An output needs one of KinesisStreamsOutput, KinesisFirehoseOutput and LambdaOutput.");
  }
  OutputDescription output;
  output.outputId = ids.next();
  output.name = given.name;
  output.kinesisStreamsOutputDescription =
      described<KinesisStreamsOutputDescription>(given.kinesisStreamsOutput);
  output.kinesisFirehoseOutputDescription =
      described<KinesisFirehoseOutputDescription>(given.kinesisFirehoseOutput);
  output.lambdaOutputDescription = described<LambdaOutputDescription>(given.lambdaOutput);
  output.destinationSchema = given.destinationSchema;
  return output;
}

Outcome<ReferenceDataSourceDescription> describeReference(const ReferenceDataSource& given,
                                                          SubResourceIds& ids) {
  const auto& s3 = given.s3ReferenceDataSource;
  if (!s3 || !s3->bucketARN || !s3->fileKey) {
    return invalidArgumentException(
        "A reference data source needs S3ReferenceDataSource with BucketARN and FileKey.");
  }
  ReferenceDataSourceDescription reference;
  reference.referenceId = ids.next();
  reference.tableName = given.tableName;
  reference.s3ReferenceDataSourceDescription.bucketARN = *s3->bucketARN;
  reference.s3ReferenceDataSourceDescription.fileKey = *s3->fileKey;
  reference.referenceSchema = given.referenceSchema;
  return reference;
}

Outcome<SqlApplicationConfigurationDescription> describeSql(
    const SqlApplicationConfiguration& given, int64_t version) {
  SqlApplicationConfigurationDescription sql;
  SubResourceIds inputIds(version);
  SubResourceIds outputIds(version);
  SubResourceIds referenceIds(version);
  for (const Input& input : given.inputs.value_or(std::vector<Input>())) {
    if (!sql.inputDescriptions) sql.inputDescriptions.emplace();
    sql.inputDescriptions->push_back(TRY(describeInput(input, inputIds)));
  }
  for (const Output& output : given.outputs.value_or(std::vector<Output>())) {
    if (!sql.outputDescriptions) sql.outputDescriptions.emplace();
    sql.outputDescriptions->push_back(TRY(describeOutput(output, outputIds)));
  }
  for (const ReferenceDataSource& reference :
       given.referenceDataSources.value_or(std::vector<ReferenceDataSource>())) {
    if (!sql.referenceDataSourceDescriptions) sql.referenceDataSourceDescriptions.emplace();
    sql.referenceDataSourceDescriptions->push_back(TRY(describeReference(reference, referenceIds)));
  }
  return sql;
}

InputDescription* findInput(SqlApplicationConfigurationDescription& described,
                            const std::string& id) {
  if (!described.inputDescriptions) return nullptr;
  for (InputDescription& input : *described.inputDescriptions) {
    if (input.inputId == id) return &input;
  }
  return nullptr;
}

Outcome<void> updateSql(const SqlApplicationConfigurationUpdate& update,
                        SqlApplicationConfigurationDescription& described) {
  for (const InputUpdate& from : update.inputUpdates.value_or(std::vector<InputUpdate>())) {
    InputDescription* input = findInput(described, from.inputId);
    if (input == nullptr) return unknownId("input", from.inputId);
    TRY(updateInput(from, *input));
  }
  for (const OutputUpdate& from : update.outputUpdates.value_or(std::vector<OutputUpdate>())) {
    OutputDescription* found = nullptr;
    if (described.outputDescriptions) {
      for (OutputDescription& output : *described.outputDescriptions) {
        if (output.outputId == from.outputId) found = &output;
      }
    }
    if (found == nullptr) return unknownId("output", from.outputId);
    TRY(updateOutput(from, *found));
  }
  for (const ReferenceDataSourceUpdate& from :
       update.referenceDataSourceUpdates.value_or(std::vector<ReferenceDataSourceUpdate>())) {
    ReferenceDataSourceDescription* found = nullptr;
    if (described.referenceDataSourceDescriptions) {
      for (ReferenceDataSourceDescription& reference : *described.referenceDataSourceDescriptions) {
        if (reference.referenceId == from.referenceId) found = &reference;
      }
    }
    if (found == nullptr) return unknownId("reference data source", from.referenceId);
    updateReference(from, *found);
  }
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
