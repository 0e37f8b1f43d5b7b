#include "access/identity/record_codec.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

namespace millrace {

namespace {

using Json = nlohmann::json;

// One visitor per record serves both directions: it is shown each member with its name.
struct Writer {
  Json json = Json::object();

  // What is no UTF-8 is replaced, so that nothing a client sends makes this throw.
  std::string text() const { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

  template <typename T>
  void operator()(const char* name, const T& value) {
    json[name] = value;
  }
};

struct Reader {
  const Json& json;

  // A member that an older program did not write keeps its default.
  template <typename T>
  void operator()(const char* name, T& value) {
    if (auto found = json.find(name); found != json.end()) found->get_to(value);
  }
};

template <typename Visitor, typename Record>
void visitIdentity(Visitor& visit, Record& record) {
  visit("name", record.name);
  visit("path", record.path);
  visit("id", record.id);
  visit("createdMillis", record.createdMillis);
  visit("tags", record.tags);
  visit("attachedPolicies", record.attachedPolicies);
  visit("boundary", record.boundary);
}

template <typename Visitor, typename Record>
void visitRole(Visitor& visit, Record& record) {
  visitIdentity(visit, record);
  visit("description", record.description);
  visit("trustDocument", record.trustDocument);
  visit("trustedIds", record.trustedIds);
  visit("maxSessionSeconds", record.maxSessionSeconds);
}

template <typename Visitor, typename Record>
void visitPolicy(Visitor& visit, Record& record) {
  visit("name", record.name);
  visit("path", record.path);
  visit("arn", record.arn);
  visit("id", record.id);
  visit("description", record.description);
  visit("createdMillis", record.createdMillis);
  visit("updatedMillis", record.updatedMillis);
  visit("tags", record.tags);
  visit("defaultVersion", record.defaultVersion);
  visit("nextVersion", record.nextVersion);
}

template <typename Visitor, typename Record>
void visitAccessKey(Visitor& visit, Record& record) {
  visit("id", record.id);
  visit("secret", record.secret);
  visit("userName", record.userName);
  visit("active", record.active);
  visit("createdMillis", record.createdMillis);
}

void writeInlinePolicies(Json& json, const IdentityRecord& record) {
  Json& policies = json["inlinePolicies"] = Json::object();
  for (const auto& [name, policy] : record.inlinePolicies) policies[name] = policy.document;
}

Status readInlinePolicies(const Json& json, IdentityRecord& record) {
  for (const auto& [name, document] : json.at("inlinePolicies").items()) {
    InlinePolicy& policy = record.inlinePolicies[name];
    policy.document = document.get<std::string>();
    policy.parsed = TRY(parseShared(policy.document, PolicyUse::kInline));
  }
  return Status();
}

// Runs `read` on the parsed text; what the library throws ends here.
template <typename Read>
Status decode(std::string_view text, Read read) {
  try {
    Json json = Json::parse(text);
    return read(json);
  } catch (const Json::exception& exception) {
    return Error(ErrorKind::kCorruptData, fmt::format("not a record of IAM: {}", exception.what()));
  }
}

}  // namespace

Result<PolicyDocumentPtr> parseShared(std::string_view document, PolicyUse use) {
  PolicyDocument policy = TRY(parsePolicy(document, use));
  return PolicyDocumentPtr(std::make_shared<const PolicyDocument>(std::move(policy)));
}

Result<PolicyDocumentPtr> parseTrust(std::string_view document,
                                     const std::map<std::string, std::string>& trustedIds) {
  PolicyDocument policy = TRY(parsePolicy(document, PolicyUse::kTrust));
  for (PolicyStatement& statement : policy.statements) {
    for (PolicyPrincipal& principal : statement.principals) {
      auto found = trustedIds.find(principal.value);
      if (principal.kind == PolicyPrincipal::Kind::kAws && found != trustedIds.end()) {
        principal.value = found->second;
      }
    }
  }
  return PolicyDocumentPtr(std::make_shared<const PolicyDocument>(std::move(policy)));
}

std::string encodeRecord(const UserRecord& record) {
  Writer writer;
  visitIdentity(writer, record);
  writer("groups", record.groups);
  writeInlinePolicies(writer.json, record);
  return writer.text();
}

std::string encodeRecord(const GroupRecord& record) {
  Writer writer;
  visitIdentity(writer, record);
  writeInlinePolicies(writer.json, record);
  return writer.text();
}

std::string encodeRecord(const RoleRecord& record) {
  Writer writer;
  visitRole(writer, record);
  writeInlinePolicies(writer.json, record);
  return writer.text();
}

std::string encodeRecord(const PolicyRecord& record) {
  Writer writer;
  visitPolicy(writer, record);
  Json& versions = writer.json["versions"] = Json::array();
  for (const auto& [number, version] : record.versions) {
    versions.push_back({{"number", number},
                        {"document", version.document},
                        {"createdMillis", version.createdMillis}});
  }
  return writer.text();
}

std::string encodeRecord(const AccessKeyRecord& record) {
  Writer writer;
  visitAccessKey(writer, record);
  return writer.text();
}

Status decodeRecord(std::string_view json, UserRecord& record) {
  return decode(json, [&](const Json& parsed) {
    Reader reader{parsed};
    visitIdentity(reader, record);
    reader("groups", record.groups);
    return readInlinePolicies(parsed, record);
  });
}

Status decodeRecord(std::string_view json, GroupRecord& record) {
  return decode(json, [&](const Json& parsed) {
    Reader reader{parsed};
    visitIdentity(reader, record);
    return readInlinePolicies(parsed, record);
  });
}

Status decodeRecord(std::string_view json, RoleRecord& record) {
  return decode(json, [&](const Json& parsed) -> Status {
    Reader reader{parsed};
    visitRole(reader, record);
    record.trust = TRY(parseTrust(record.trustDocument, record.trustedIds));
    return readInlinePolicies(parsed, record);
  });
}

Status decodeRecord(std::string_view json, PolicyRecord& record) {
  return decode(json, [&](const Json& parsed) -> Status {
    Reader reader{parsed};
    visitPolicy(reader, record);
    for (const Json& stored : parsed.at("versions")) {
      PolicyVersionRecord& version = record.versions[stored.at("number").get<int64_t>()];
      stored.at("document").get_to(version.document);
      stored.at("createdMillis").get_to(version.createdMillis);
      version.parsed = TRY(parseShared(version.document, PolicyUse::kManaged));
    }
    if (!record.versions.contains(record.defaultVersion)) {
      return Error(ErrorKind::kCorruptData,
                   fmt::format("policy '{}' has no default version", record.arn));
    }
    return Status();
  });
}

Status decodeRecord(std::string_view json, AccessKeyRecord& record) {
  return decode(json, [&](const Json& parsed) {
    Reader reader{parsed};
    visitAccessKey(reader, record);
    return Status();
  });
}

}  // namespace millrace
