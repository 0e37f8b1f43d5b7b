#include "companions/s3/store/attributes_json.h"

#include <nlohmann/json.hpp>

#include "aws/model/base64.h"

namespace millrace::s3 {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kTimestamp = "$timestamp";
constexpr const char* kBytes = "$bytes";

Json jsonOf(const Document& document) {
  if (const auto* value = document.as<bool>()) return *value;
  if (const auto* value = document.as<int64_t>()) return *value;
  if (const auto* value = document.as<double>()) return *value;
  if (const auto* value = document.as<std::string>()) return *value;
  if (const auto* value = document.as<Blob>()) return {{kBytes, base64Encode(value->bytes)}};
  if (const auto* value = document.as<Timestamp>()) return {{kTimestamp, value->millis}};
  if (const auto* list = document.as<Document::List>()) {
    Json json = Json::array();
    for (const Document& element : *list) json.push_back(jsonOf(element));
    return json;
  }
  if (const auto* object = document.as<Document::Object>()) {
    Json json = Json::object();
    for (const auto& [name, value] : *object) json[name] = jsonOf(value);
    return json;
  }
  return nullptr;
}

Document documentOf(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_array()) {
    Document::List list;
    for (const Json& element : json) list.push_back(documentOf(element));
    return list;
  }
  if (!json.is_object()) return {};
  if (json.contains(kTimestamp)) return Timestamp{json[kTimestamp].get<int64_t>()};
  if (json.contains(kBytes)) {
    return Blob{base64Decode(json[kBytes].get<std::string>()).value_or("")};
  }
  Document::Object object;
  for (const auto& [name, value] : json.items()) object.emplace_back(name, documentOf(value));
  return object;
}

::millrace::Error corrupt(const std::exception& exception) {
  return {ErrorKind::kCorruptData, std::string("s3 metadata: ") + exception.what()};
}

// Headers need not be UTF-8; what is not is replaced rather than refused.
std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string attributesToJson(const StoredAttributes& attributes) {
  Json json = Json::object();
  if (!attributes.headers.empty()) json["headers"] = attributes.headers;
  if (!attributes.metadata.empty()) json["metadata"] = attributes.metadata;
  if (!attributes.tags.empty()) json["tags"] = attributes.tags;
  if (!attributes.grants.empty()) json["grants"] = attributes.grants;
  if (!attributes.lockMode.empty()) json["lockMode"] = attributes.lockMode;
  if (attributes.retainUntil) json["retainUntil"] = attributes.retainUntil->millis;
  if (attributes.legalHold) json["legalHold"] = true;
  return dumped(json);
}

Result<StoredAttributes> attributesFromJson(std::string_view text) {
  try {
    Json json = Json::parse(text);
    StoredAttributes attributes;
    auto read = [&](const char* name, auto& member) {
      if (json.contains(name)) json[name].get_to(member);
    };
    read("headers", attributes.headers);
    read("metadata", attributes.metadata);
    read("tags", attributes.tags);
    read("grants", attributes.grants);
    read("lockMode", attributes.lockMode);
    read("legalHold", attributes.legalHold);
    if (json.contains("retainUntil")) {
      attributes.retainUntil = Timestamp{json["retainUntil"].get<int64_t>()};
    }
    return attributes;
  } catch (const Json::exception& exception) {
    return corrupt(exception);
  }
}

std::string documentToJson(const Document& document) { return dumped(jsonOf(document)); }

Result<Document> documentFromJson(std::string_view json) {
  try {
    return documentOf(Json::parse(json));
  } catch (const Json::exception& exception) {
    return corrupt(exception);
  }
}

}  // namespace millrace::s3
