#include "state/operator_semantics.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

// A join of a table with itself keeps its id and its columns when its inputs change places.
bool haveChangedSides(const OperatorSemantics& stored, const OperatorSemantics& wanted) {
  return wanted.inputs.size() == 2 && stored.inputs[0].rows != stored.inputs[1].rows &&
         stored.inputs[0].rows == wanted.inputs[1].rows &&
         stored.inputs[1].rows == wanted.inputs[0].rows;
}

std::string textOf(const std::string& filter) {
  return filter.empty() ? "not filtered" : fmt::format("filtered by '{}'", filter);
}

}  // namespace

std::string compareSemantics(const OperatorSemantics& stored, const OperatorSemantics& wanted) {
  if (stored.empty()) return {};
  if (stored.kind != wanted.kind) {
    return fmt::format("it was a {} and is a {} now", stored.kind, wanted.kind);
  }
  if (stored.rankEnd > 0 && wanted.rankEnd > stored.rankEnd) {
    return fmt::format("it has shown rank {} at the most, not {}", stored.rankEnd, wanted.rankEnd);
  }
  if (stored.inputs.size() != wanted.inputs.size()) return {};
  if (haveChangedSides(stored, wanted)) return "its inputs have changed sides";
  for (size_t i = 0; i < wanted.inputs.size(); ++i) {
    const InputSemantics& before = stored.inputs[i];
    const InputSemantics& now = wanted.inputs[i];
    if (now.retracts && !before.retracts) return "its input takes rows back from now on";
    // It would take back rows that it has never had, or not take back those that it has.
    if (now.retracts && now.filter != before.filter) {
      return fmt::format("updates were {}, and are {} now", textOf(before.filter),
                         textOf(now.filter));
    }
  }
  return {};
}

Json toJson(const OperatorSemantics& semantics) {
  Json json = Json::object();
  if (!semantics.kind.empty()) json["kind"] = semantics.kind;
  if (semantics.rankEnd != 0) json["rankEnd"] = semantics.rankEnd;
  for (const InputSemantics& input : semantics.inputs) {
    Json entry = {{"rows", input.rows}};
    if (input.retracts) entry["retracts"] = true;
    if (!input.filter.empty()) entry["filter"] = input.filter;
    json["inputs"].push_back(std::move(entry));
  }
  return json;
}

OperatorSemantics semanticsFrom(const Json& json) {
  OperatorSemantics semantics;
  semantics.kind = json.value("kind", std::string());
  semantics.rankEnd = json.value("rankEnd", int64_t{0});
  for (const Json& entry : json.value("inputs", Json::array())) {
    semantics.inputs.push_back({entry.at("rows").get<std::string>(), entry.value("retracts", false),
                                entry.value("filter", std::string())});
  }
  return semantics;
}

}  // namespace millrace
