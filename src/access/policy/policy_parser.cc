#include "access/policy/policy_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "access/policy/policy_principal.h"

namespace millrace {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kCurrentVersion = "2012-10-17";
constexpr std::string_view kOldVersion = "2008-10-17";
constexpr std::string_view kSyntax = "Syntax errors in policy.";

Error malformed(std::string message) {
  return Error(ErrorKind::kInvalidArgument, std::move(message));
}

// Null when the text is no JSON, or names a member twice.
std::optional<Json> parseJson(std::string_view text) {
  std::vector<std::set<std::string>> names;  // of the open objects
  bool twice = false;
  auto watch = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start) names.emplace_back();
    if (event == Json::parse_event_t::object_end && !names.empty()) names.pop_back();
    if (event == Json::parse_event_t::key && !names.empty()) {
      twice = twice || !names.back().insert(parsed.get<std::string>()).second;
    }
    return true;
  };
  Json json = Json::parse(text, watch, /*allow_exceptions=*/false);
  if (json.is_discarded() || twice) return std::nullopt;
  return json;
}

// A text or a list of texts.
Result<std::vector<std::string>> texts(const Json& json) {
  std::vector<std::string> found;
  auto add = [&](const Json& element) {
    if (element.is_string()) found.push_back(element.get<std::string>());
    return element.is_string();
  };
  bool ok = json.is_array() ? std::ranges::all_of(json, add) : add(json);
  if (!ok) return malformed(std::string(kSyntax));
  return found;
}

class Parser {
 public:
  explicit Parser(PolicyUse use) : use_(use) {}

  Result<PolicyDocument> parse(std::string_view text) {
    auto json = parseJson(text);
    if (!json) {
      return malformed(use_ == PolicyUse::kTrust ? "This policy contains invalid Json"
                                                 : std::string(kSyntax));
    }
    if (!json->is_object()) return malformed(std::string(kSyntax));
    TRY(checkNames(*json, {"Version", "Id", "Statement"}));
    PolicyDocument policy;
    policy.version = TRY(textOf(*json, "Version", std::string(kOldVersion)));
    policy.id = TRY(textOf(*json, "Id", {}));
    if (policy.version != kCurrentVersion && policy.version != kOldVersion) return syntax();
    if (use_ == PolicyUse::kManaged && policy.version != kCurrentVersion) {
      return malformed("Policy document must be version 2012-10-17 or greater.");
    }
    variables_ = policy.version == kCurrentVersion;
    auto statements = json->find("Statement");
    if (statements == json->end()) return syntax();
    if (statements->is_array()) {
      for (const Json& statement : *statements) {
        policy.statements.push_back(TRY(parseStatement(statement)));
      }
    } else {
      policy.statements.push_back(TRY(parseStatement(*statements)));
    }
    if (policy.statements.empty()) return syntax();
    TRY(checkIds(policy));
    return policy;
  }

 private:
  Error syntax() const { return malformed(std::string(kSyntax)); }

  Status checkNames(const Json& object, std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : object.items()) {
      if (std::ranges::find(known, name) != known.end()) continue;
      if (use_ == PolicyUse::kTrust) return malformed(fmt::format("Unknown field {}", name));
      return syntax();
    }
    return Status();
  }

  Result<std::string> textOf(const Json& object, const char* name, std::string byDefault) {
    auto found = object.find(name);
    if (found == object.end()) return byDefault;
    if (!found->is_string()) return syntax();
    return found->get<std::string>();
  }

  static Status checkIds(const PolicyDocument& policy) {
    std::set<std::string_view> ids;
    for (const PolicyStatement& statement : policy.statements) {
      if (statement.sid.empty() || ids.insert(statement.sid).second) continue;
      return malformed("Statement IDs (SID) in a single policy must be unique.");
    }
    return Status();
  }

  Result<PolicyStatement> parseStatement(const Json& json) {
    if (!json.is_object()) return syntax();
    TRY(checkNames(json, {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction",
                          "Resource", "NotResource", "Condition"}));
    PolicyStatement statement;
    statement.sid = TRY(textOf(json, "Sid", {}));
    std::string effect = TRY(textOf(json, "Effect", {}));
    if (effect.empty()) {
      return use_ == PolicyUse::kTrust ? malformed("Missing required field Effect") : syntax();
    }
    if (effect != "Allow" && effect != "Deny") return syntax();
    statement.effect = effect == "Allow" ? PolicyEffect::kAllow : PolicyEffect::kDeny;
    TRY(parsePrincipals(json, statement));
    TRY(parseActions(json, statement));
    TRY(parseResources(json, statement));
    if (auto conditions = json.find("Condition"); conditions != json.end()) {
      statement.conditions = TRY(parseConditions(*conditions));
    }
    return statement;
  }

  // The value of `name` or `not<name>`, and which of them it was.
  struct Element {
    const Json* value = nullptr;
    bool negated = false;
  };
  Result<Element> either(const Json& json, const char* name, const char* notName) {
    auto plain = json.find(name);
    auto negated = json.find(notName);
    if (plain != json.end() && negated != json.end()) return syntax();
    if (plain != json.end()) return Element{&*plain, false};
    if (negated != json.end()) return Element{&*negated, true};
    return Element{};
  }

  Status parsePrincipals(const Json& json, PolicyStatement& statement) {
    Element element = TRY(either(json, "Principal", "NotPrincipal"));
    bool wanted = use_ == PolicyUse::kTrust || use_ == PolicyUse::kResource;
    if (element.value == nullptr) {
      return wanted ? Status(malformed("Missing required field Principal")) : Status();
    }
    if (!wanted) return malformed("Policy document should not specify a principal.");
    statement.notPrincipals = element.negated;
    if (element.value->is_string()) {
      if (element.value->get<std::string>() != "*") {
        return malformed(
            fmt::format("Invalid principal in policy: \"{}\"", element.value->get<std::string>()));
      }
      statement.principals.push_back({});
      return Status();
    }
    if (!element.value->is_object()) return syntax();
    for (const auto& [type, values] : element.value->items()) {
      for (std::string& value : TRY(texts(values))) {
        statement.principals.push_back(TRY(parsePrincipal(type, std::move(value))));
      }
    }
    return statement.principals.empty() ? Status(syntax()) : Status();
  }

  Status parseActions(const Json& json, PolicyStatement& statement) {
    Element element = TRY(either(json, "Action", "NotAction"));
    std::vector<std::string> actions;
    if (element.value != nullptr) actions = TRY(texts(*element.value));
    if (actions.empty()) {
      return malformed(use_ == PolicyUse::kTrust ? "Missing required field Action"
                                                 : "Policy statement must contain actions.");
    }
    statement.notActions = element.negated;
    for (const std::string& action : actions) {
      TRY(checkAction(action));
      statement.actions.emplace_back(inLowerCase(action), /*wildcards=*/true,
                                     /*variables=*/false);
    }
    return Status();
  }

  Status checkAction(std::string_view action) {
    if (action == "*") {
      return use_ == PolicyUse::kTrust ? Status(onlyAssumeRole()) : Status();
    }
    size_t colon = action.find(':');
    if (colon == std::string_view::npos) {
      return malformed(
          "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
    }
    if (action.find(':', colon + 1) != std::string_view::npos) {
      return malformed("Actions/Condition can contain only one colon.");
    }
    std::string_view vendor = action.substr(0, colon);
    auto valid = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '.';
    };
    if (vendor.empty() || !std::ranges::all_of(vendor, valid)) {
      return malformed(fmt::format("Vendor {} is not valid", vendor));
    }
    if (use_ == PolicyUse::kTrust && inLowerCase(vendor) != "sts") return onlyAssumeRole();
    return Status();
  }

  static Error onlyAssumeRole() {
    return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
  }

  Status parseResources(const Json& json, PolicyStatement& statement) {
    Element element = TRY(either(json, "Resource", "NotResource"));
    if (use_ == PolicyUse::kTrust) {
      return element.value == nullptr ? Status() : malformed("Has prohibited field Resource");
    }
    std::vector<std::string> resources;
    if (element.value != nullptr) resources = TRY(texts(*element.value));
    if (resources.empty()) return malformed("Policy statement must contain resources.");
    statement.notResources = element.negated;
    for (const std::string& resource : resources) {
      TRY(checkResource(resource));
      statement.resources.emplace_back(resource, /*wildcards=*/true, variables_);
    }
    return Status();
  }

  static Status checkResource(std::string_view resource) {
    if (resource == "*") return Status();
    std::array<std::string_view, 3> parts;
    std::string_view rest = resource;
    size_t found = 0;
    for (std::string_view& part : parts) {
      size_t colon = rest.find(':');
      part = rest.substr(0, colon);
      if (colon == std::string_view::npos) break;
      rest.remove_prefix(colon + 1);
      ++found;
    }
    if (found == 0 || (parts[0] != "arn" && parts[0] != "*")) {
      return malformed(fmt::format("Resource {} must be in ARN format or \"*\".", resource));
    }
    if (found < parts.size() && parts[1] != "*") {
      return malformed("Resource vendor must be fully qualified and cannot contain regexes.");
    }
    if (!parts[1].starts_with("aws") && !parts[1].starts_with('*')) {
      return malformed(
          fmt::format("Partition \"{}\" is not valid for resource \"{}\".", parts[1], resource));
    }
    return Status();
  }

  Result<std::vector<PolicyCondition>> parseConditions(const Json& json) {
    std::vector<PolicyCondition> conditions;
    if (!json.is_object()) return syntax();
    for (const auto& [name, keys] : json.items()) {
      PolicyCondition condition = TRY(parseOperator(name));
      if (!keys.is_object()) return syntax();
      for (const auto& [key, values] : keys.items()) {
        condition.key = inLowerCase(key);
        if (condition.key.find(':') == std::string::npos) {
          return malformed(
              "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        }
        condition.values = TRY(parseValues(condition.comparison, values));
        conditions.push_back(condition);
      }
    }
    return conditions;
  }

  static Result<PolicyCondition> parseOperator(std::string_view name) {
    PolicyCondition condition;
    std::string_view rest = name;
    for (auto [prefix, quantifier] :
         {std::pair{"ForAllValues:", PolicyCondition::Quantifier::kForAllValues},
          std::pair{"ForAnyValue:", PolicyCondition::Quantifier::kForAnyValue}}) {
      if (!rest.starts_with(prefix)) continue;
      condition.quantifier = quantifier;
      rest.remove_prefix(std::string_view(prefix).size());
    }
    if (constexpr std::string_view kSuffix = "IfExists"; rest.ends_with(kSuffix)) {
      condition.ifExists = true;
      rest.remove_suffix(kSuffix.size());
    }
    auto comparison = conditionOperatorOf(rest);
    bool null = comparison == ConditionOperator::kNull;
    if (!comparison || (null && condition.ifExists)) {
      return malformed(fmt::format("Invalid Condition type : {}.", name));
    }
    condition.comparison = *comparison;
    return condition;
  }

  Result<std::vector<PolicyPattern>> parseValues(ConditionOperator comparison, const Json& json) {
    std::vector<PolicyPattern> values;
    auto add = [&](const Json& element) -> Status {
      std::string value;
      if (element.is_string()) {
        value = element.get<std::string>();
      } else if (element.is_boolean() || element.is_number()) {
        value = element.dump();
      } else {
        return syntax();
      }
      bool variables = variables_ && takesVariables(comparison);
      if (!fitsOperator(comparison, value)) return malformed("The policy failed legacy parsing");
      values.emplace_back(value, takesWildcards(comparison), variables);
      return Status();
    };
    if (!json.is_array()) {
      TRY(add(json));
      return values;
    }
    for (const Json& element : json) TRY(add(element));
    return values;
  }

  PolicyUse use_;
  bool variables_ = true;
};

}  // namespace

Result<PolicyDocument> parsePolicy(std::string_view json, PolicyUse use) {
  return Parser(use).parse(json);
}

}  // namespace millrace
