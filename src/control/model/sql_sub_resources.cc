#include "control/model/sql_sub_resources.h"

#include <fmt/format.h>

#include "aws/model/generated/kinesisanalyticsv2/errors.h"
#include "control/model/runtime_environment.h"
#include "control/model/sql_configuration.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using Described = SqlApplicationConfigurationDescription;

Outcome<Described*> sqlOf(ApplicationVersion& version) {
  if (!isSql(version.runtimeEnvironment)) {
    return invalidArgumentException(
        fmt::format("This is supported for SQL applications only; the runtime environment is {}.",
                    version.runtimeEnvironment));
  }
  auto& described = version.configuration.sqlApplicationConfigurationDescription;
  if (!described) described.emplace();
  return &*described;
}

ApiError missing(std::string_view what, const std::string& id) {
  return resourceNotFoundException(fmt::format("The application has no {} with id {}.", what, id));
}

// What has become empty is absent.
void dropEmpty(ApplicationVersion& version) {
  auto& described = version.configuration.sqlApplicationConfigurationDescription;
  if (described->outputDescriptions && described->outputDescriptions->empty()) {
    described->outputDescriptions.reset();
  }
  if (described->referenceDataSourceDescriptions &&
      described->referenceDataSourceDescriptions->empty()) {
    described->referenceDataSourceDescriptions.reset();
  }
  if (!described->inputDescriptions && !described->outputDescriptions &&
      !described->referenceDataSourceDescriptions) {
    described.reset();
  }
}

}  // namespace

Outcome<void> addInput(const Input& given, ApplicationVersion& version) {
  Described* sql = TRY(sqlOf(version));
  if (sql->inputDescriptions && !sql->inputDescriptions->empty()) {
    return invalidArgumentException("The application has an input already; it can have one.");
  }
  SubResourceIds ids(version.id);
  sql->inputDescriptions.emplace().push_back(TRY(describeInput(given, ids)));
  return {};
}

Outcome<void> addOutput(const Output& given, ApplicationVersion& version) {
  constexpr size_t kMaxOutputs = 3;
  Described* sql = TRY(sqlOf(version));
  if (!sql->outputDescriptions) sql->outputDescriptions.emplace();
  if (sql->outputDescriptions->size() >= kMaxOutputs) {
    return invalidArgumentException(
        fmt::format("The application has {} outputs already; it can have no more.", kMaxOutputs));
  }
  SubResourceIds ids(version.id);
  sql->outputDescriptions->push_back(TRY(describeOutput(given, ids)));
  return {};
}

Outcome<void> addReference(const ReferenceDataSource& given, ApplicationVersion& version) {
  Described* sql = TRY(sqlOf(version));
  if (sql->referenceDataSourceDescriptions && !sql->referenceDataSourceDescriptions->empty()) {
    return invalidArgumentException(
        "The application has a reference data source already; it can have one.");
  }
  SubResourceIds ids(version.id);
  sql->referenceDataSourceDescriptions.emplace().push_back(TRY(describeReference(given, ids)));
  return {};
}

Outcome<void> setInputProcessing(const std::string& inputId,
                                 const InputProcessingConfiguration* given,
                                 ApplicationVersion& version) {
  Described* sql = TRY(sqlOf(version));
  InputDescription* input = findInput(*sql, inputId);
  if (input == nullptr) return missing("input", inputId);
  auto& processing = input->inputProcessingConfigurationDescription;
  if (given != nullptr) {
    if (processing) {
      return invalidArgumentException(
          fmt::format("Input {} has an input processing configuration already.", inputId));
    }
    processing = describeProcessing(*given);
    return {};
  }
  if (!processing) return missing("input processing configuration of an input", inputId);
  processing.reset();
  return {};
}

Outcome<void> deleteOutput(const std::string& outputId, ApplicationVersion& version) {
  Described* sql = TRY(sqlOf(version));
  auto& outputs = sql->outputDescriptions;
  size_t deleted = !outputs ? 0 : std::erase_if(*outputs, [&](const OutputDescription& output) {
    return output.outputId == outputId;
  });
  if (deleted == 0) return missing("output", outputId);
  dropEmpty(version);
  return {};
}

Outcome<void> deleteReference(const std::string& referenceId, ApplicationVersion& version) {
  Described* sql = TRY(sqlOf(version));
  auto& references = sql->referenceDataSourceDescriptions;
  size_t deleted =
      !references
          ? 0
          : std::erase_if(*references, [&](const ReferenceDataSourceDescription& reference) {
              return reference.referenceId == referenceId;
            });
  if (deleted == 0) return missing("reference data source", referenceId);
  dropEmpty(version);
  return {};
}

}  // namespace millrace::kinesisanalyticsv2
