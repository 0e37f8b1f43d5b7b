#include "control/store/record_codec.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "aws/model/struct_codec.h"

namespace millrace::kinesisanalyticsv2 {

namespace {

using Json = nlohmann::ordered_json;

// The records hold neither blobs nor streams, and times as integers.
Json toJson(const Document& document) {
  if (const auto* value = document.as<bool>()) return *value;
  if (const auto* value = document.as<int64_t>()) return *value;
  if (const auto* value = document.as<double>()) return *value;
  if (const auto* value = document.as<std::string>()) return *value;
  if (const auto* list = document.as<Document::List>()) {
    Json json = Json::array();
    for (const Document& element : *list) json.push_back(toJson(element));
    return json;
  }
  if (const auto* object = document.as<Document::Object>()) {
    Json json = Json::object();
    for (const auto& [name, value] : *object) json.emplace(name, toJson(value));
    return json;
  }
  CHECK(document.isNull(), "a record holds only what JSON can hold");
  return nullptr;
}

Document toDocument(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean:
      return json.get<bool>();
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return json.get<int64_t>();
    case Json::value_t::number_float:
      return json.get<double>();
    case Json::value_t::string:
      return json.get<std::string>();
    case Json::value_t::array: {
      Document::List list;
      for (const Json& element : json) list.push_back(toDocument(element));
      return list;
    }
    case Json::value_t::object: {
      Document::Object object;
      for (const auto& [name, value] : json.items()) object.emplace_back(name, toDocument(value));
      return object;
    }
    default:
      return {};
  }
}

// Each member of a record, once for both directions.
template <typename Visit>
void visitMembers(JobState& job, const Visit& visit) {
  visit("Attempt", job.attempt);
  visit("Ended", job.ended);
  visit("VersionId", job.versionId);
  visit("Parallelism", job.parallelism);
  visit("OtherParallelism", job.otherParallelism);
  visit("RestoreType", job.restoreType);
  visit("SnapshotName", job.snapshotName);
  visit("StartedFrom", job.startedFrom);
  visit("AllowNonRestoredState", job.allowNonRestoredState);
  visit("OperationId", job.operationId);
  visit("AutomaticSnapshot", job.automaticSnapshot);
  visit("DeadlineMillis", job.deadlineMillis);
}

template <typename Visit>
void visitMembers(Application& application, const Visit& visit) {
  visit("Id", application.id);
  visit("Name", application.name);
  visit("Description", application.description);
  visit("Mode", application.mode);
  visit("Status", application.status);
  visit("VersionId", application.versionId);
  visit("ConditionalToken", application.conditionalToken);
  visit("MaintenanceWindowStart", application.maintenanceWindowStart);
  visit("Tags", application.tags);
  visit("CreatedMillis", application.createdMillis);
  visit("UpdatedMillis", application.updatedMillis);
}

template <typename Visit>
void visitMembers(ApplicationVersion& version, const Visit& visit) {
  visit("Id", version.id);
  visit("CreatedMillis", version.createdMillis);
  visit("RuntimeEnvironment", version.runtimeEnvironment);
  visit("ServiceExecutionRole", version.serviceExecutionRole);
  visit("Configuration", version.configuration);
  visit("LoggingOptions", version.loggingOptions);
  visit("UpdatedFrom", version.updatedFrom);
  visit("RolledBackFrom", version.rolledBackFrom);
  visit("RolledBackTo", version.rolledBackTo);
  visit("ZipKey", version.codeKey);
  visit("HasRun", version.hasRun);
  visit("RolledBack", version.rolledBack);
}

template <typename Visit>
void visitMembers(OperationRecord& operation, const Visit& visit) {
  visit("Id", operation.id);
  visit("Operation", operation.operation);
  visit("Status", operation.status);
  visit("StartedMillis", operation.startedMillis);
  visit("EndedMillis", operation.endedMillis);
  visit("UpdatedFrom", operation.updatedFrom);
  visit("UpdatedTo", operation.updatedTo);
  visit("Failure", operation.failure);
  visit("RollbackOperationId", operation.rollbackOperationId);
}

template <typename Visit>
void visitMembers(Snapshot& snapshot, const Visit& visit) {
  visit("Id", snapshot.id);
  visit("Name", snapshot.name);
  visit("Status", snapshot.status);
  visit("VersionId", snapshot.versionId);
  visit("RuntimeEnvironment", snapshot.runtimeEnvironment);
  visit("CreatedMillis", snapshot.createdMillis);
  visit("DeadlineMillis", snapshot.deadlineMillis);
  visit("Automatic", snapshot.automatic);
  visit("Location", snapshot.location);
}

template <typename Record>
Document written(const Record& record) {
  Document document{Document::Object{}};
  visitMembers(const_cast<Record&>(record),
               [&](const char* name, auto& member) { writeMember(document, name, member); });
  return document;
}

template <typename Record>
void read(Document& document, Record& record) {
  visitMembers(record, [&](const char* name, auto& member) { readMember(document, name, member); });
}

Result<Document> parsed(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) {
    return Error(ErrorKind::kCorruptData,
                 fmt::format("a record of the store is damaged: '{}'", text.substr(0, 60)))
        .withHint("Restore the store's file from a backup.");
  }
  return toDocument(json);
}

// Text that is no UTF-8 (the protocols refuse it) must not end the process.
std::string textOf(const Document& document) {
  return toJson(document).dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename Record>
Status decode(std::string_view text, Record& record) {
  Document document = TRY(parsed(text));
  read(document, record);
  return {};
}

}  // namespace

std::string encodeRecord(const Application& application) {
  Document document = written(application);
  Document job = written(application.job);
  job.add("Phase", jobPhaseName(application.job.phase));
  document.add("Job", std::move(job));
  return textOf(document);
}

std::string encodeRecord(const ApplicationVersion& version) { return textOf(written(version)); }
std::string encodeRecord(const OperationRecord& operation) { return textOf(written(operation)); }
std::string encodeRecord(const Snapshot& snapshot) { return textOf(written(snapshot)); }

Status decodeRecord(std::string_view text, Application& application) {
  Document document = TRY(parsed(text));
  read(document, application);
  if (Document* job = document.find("Job")) {
    read(*job, application.job);
    std::string phase;
    readMember(*job, "Phase", phase);
    application.job.phase = parseJobPhase(phase).value_or(JobPhase::kNone);
  }
  return {};
}

Status decodeRecord(std::string_view text, ApplicationVersion& version) {
  return decode(text, version);
}
Status decodeRecord(std::string_view text, OperationRecord& operation) {
  return decode(text, operation);
}
Status decodeRecord(std::string_view text, Snapshot& snapshot) { return decode(text, snapshot); }

}  // namespace millrace::kinesisanalyticsv2
