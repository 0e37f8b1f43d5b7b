#include "state/state_schema.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "types/type_text.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

constexpr StateKind kKinds[] = {StateKind::kKeyedTable, StateKind::kKeyedRows,
                                StateKind::kKeyedSortedRows, StateKind::kTimers, StateKind::kList};

Json typeTexts(const std::vector<Type>& types) {
  Json texts = Json::array();
  for (const Type& type : types) {
    texts.push_back(type.withTimeAttribute(TimeAttribute::kNone).toString());
  }
  return texts;
}

Json partJson(const ValuePart& part) {
  Json json = {{"name", part.name}, {"type", part.type}, {"bytes", part.bytes}};
  if (!part.strings.empty()) json["strings"] = part.strings;
  if (!part.result.empty()) json["result"] = typeTexts(part.result);
  if (!part.row.empty()) json["row"] = typeTexts(part.row);
  if (!part.rowNames.empty()) json["rowNames"] = part.rowNames;
  return json;
}

Result<std::vector<Type>> typesOf(const Json& json, const char* name) {
  std::vector<Type> types;
  if (!json.contains(name)) return types;
  for (const Json& text : json.at(name)) {
    types.push_back(TRY(parseTypeText(text.get<std::string>())));
  }
  return types;
}

template <typename T>
std::vector<T> listOf(const Json& json, const char* name) {
  return json.contains(name) ? json.at(name).get<std::vector<T>>() : std::vector<T>();
}

Result<ValuePart> partOf(const Json& json) {
  ValuePart part;
  part.name = json.at("name").get<std::string>();
  part.type = json.at("type").get<std::string>();
  part.bytes = json.at("bytes").get<uint32_t>();
  part.strings = listOf<uint32_t>(json, "strings");
  part.result = TRY(typesOf(json, "result"));
  part.row = TRY(typesOf(json, "row"));
  part.rowNames = listOf<std::string>(json, "rowNames");
  for (uint32_t offset : part.strings) {
    if (part.bytes % 8 != 0 || offset + 16 > part.bytes) {
      return Error(ErrorKind::kCorruptData, "a string lies outside of its part");
    }
  }
  return part;
}

Result<StateSchema> schemaOf(const Json& json) {
  StateSchema schema;
  schema.name = json.at("name").get<std::string>();
  std::string kind = json.at("kind").get<std::string>();
  bool known = false;
  for (StateKind candidate : kKinds) {
    if (kind != stateKindName(candidate)) continue;
    schema.kind = candidate;
    known = true;
  }
  if (!known) return Error(ErrorKind::kCorruptData, fmt::format("unknown kind '{}'", kind));
  schema.key = TRY(typesOf(json, "key"));
  schema.keyNames = listOf<std::string>(json, "keyNames");
  schema.groupColumns = json.value("groupColumns", 0u);
  if (json.contains("parts")) {
    for (const Json& part : json.at("parts")) schema.parts.push_back(TRY(partOf(part)));
  }
  schema.row = TRY(typesOf(json, "row"));
  schema.rowNames = listOf<std::string>(json, "rowNames");
  schema.order = json.value("order", std::string());
  if (json.contains("sort")) {
    for (const Json& item : json.at("sort")) {
      SortOrder order{item.at(0).get<uint32_t>(), item.at(1).get<bool>(), item.at(2).get<bool>()};
      if (order.column >= schema.row.size()) {
        return Error(ErrorKind::kCorruptData, "a sort column that the row does not have");
      }
      schema.sort.push_back(order);
    }
  }
  schema.extraBytes = json.value("extraBytes", 0u);
  schema.aggregates = listOf<std::string>(json, "aggregates");
  schema.ttlMillis = json.value("ttlMillis", int64_t{0});
  schema.ttlOfKeys = json.value("ttlOfKeys", false);
  if (schema.ttlMillis < 0) return Error(ErrorKind::kCorruptData, "a time to live below zero");
  bool fits = (schema.keyNames.empty() || schema.keyNames.size() == schema.key.size()) &&
              (schema.rowNames.empty() || schema.rowNames.size() == schema.row.size()) &&
              schema.groupColumns <= schema.key.size();
  if (!fits) return Error(ErrorKind::kCorruptData, "names and columns differ in number");
  return schema;
}

}  // namespace

const char* stateKindName(StateKind kind) {
  switch (kind) {
    case StateKind::kKeyedTable:
      return "table";
    case StateKind::kKeyedRows:
      return "rows";
    case StateKind::kKeyedSortedRows:
      return "sorted rows";
    case StateKind::kTimers:
      return "timers";
    case StateKind::kList:
      return "list";
  }
  UNREACHABLE();
}

bool sameBesideTtl(const StateSchema& a, const StateSchema& b) {
  StateSchema other = b;
  other.ttlMillis = a.ttlMillis;
  other.ttlOfKeys = a.ttlOfKeys;
  return schemaText(a) == schemaText(other);
}

std::string schemaText(const StateSchema& schema) {
  Json json;
  json["name"] = schema.name;
  json["kind"] = stateKindName(schema.kind);
  json["key"] = typeTexts(schema.key);
  if (!schema.keyNames.empty()) json["keyNames"] = schema.keyNames;
  if (schema.groupColumns != 0) json["groupColumns"] = schema.groupColumns;
  if (!schema.parts.empty()) {
    Json parts = Json::array();
    for (const ValuePart& part : schema.parts) parts.push_back(partJson(part));
    json["parts"] = std::move(parts);
  }
  if (!schema.row.empty()) json["row"] = typeTexts(schema.row);
  if (!schema.rowNames.empty()) json["rowNames"] = schema.rowNames;
  if (!schema.order.empty()) json["order"] = schema.order;
  if (!schema.sort.empty()) {
    Json sort = Json::array();
    for (const SortOrder& item : schema.sort) {
      sort.push_back({item.column, item.ascending, item.nullsFirst});
    }
    json["sort"] = std::move(sort);
  }
  if (schema.extraBytes != 0) json["extraBytes"] = schema.extraBytes;
  if (!schema.aggregates.empty()) json["aggregates"] = schema.aggregates;
  if (schema.ttlMillis != 0) json["ttlMillis"] = schema.ttlMillis;
  if (schema.ttlMillis != 0 && schema.ttlOfKeys) json["ttlOfKeys"] = true;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<StateSchema> parseSchemaText(std::string_view text) {
  try {
    Result<StateSchema> schema = schemaOf(Json::parse(text));
    if (schema.ok()) return schema;
    return Error(ErrorKind::kCorruptData,
                 fmt::format("state schema {}: {}", text, schema.error().message()));
  } catch (const Json::exception& failure) {
    return Error(ErrorKind::kCorruptData, fmt::format("state schema {}: {}", text, failure.what()));
  }
}

}  // namespace millrace
