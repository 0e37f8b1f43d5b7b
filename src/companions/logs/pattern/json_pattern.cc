// Conditions on a JSON message: { $.level = "ERROR" && $.items[0].price > 10 }
#include <fmt/format.h>

#include <cctype>
#include <nlohmann/json.hpp>

#include "companions/logs/pattern/condition.h"
#include "companions/logs/pattern/filter_pattern.h"

namespace millrace::logs {

namespace {

using Json = nlohmann::json;

// One step of a selector: a member, an element, or all elements.
struct Step {
  std::string member;
  std::optional<size_t> index;
  bool all = false;
};

Result<std::vector<Step>> parseSelector(const std::string& selector) {
  auto invalid = [&] {
    return Error(ErrorKind::kInvalidOption, fmt::format("'{}' is no selector", selector));
  };
  if (!selector.starts_with('$')) return invalid();
  std::vector<Step> steps;
  size_t at = 1;
  while (at < selector.size()) {
    Step step;
    if (selector[at] == '.') ++at;
    if (at < selector.size() && selector[at] == '[') {
      size_t close = selector.find(']', at);
      if (close == std::string::npos) return invalid();
      std::string inner = selector.substr(at + 1, close - at - 1);
      at = close + 1;
      bool quoted = inner.size() >= 2 && (inner.front() == '\'' || inner.front() == '"') &&
                    inner.front() == inner.back();
      if (quoted) {
        step.member = inner.substr(1, inner.size() - 2);
      } else if (inner == "*") {
        step.all = true;
      } else if (std::optional<double> index = parseNumber(inner); index && *index >= 0) {
        step.index = static_cast<size_t>(*index);
      } else {
        return invalid();
      }
    } else {
      size_t end = selector.find_first_of(".[", at);
      if (end == std::string::npos) end = selector.size();
      step.member = selector.substr(at, end - at);
      if (step.member.empty()) return invalid();
      at = end;
    }
    steps.push_back(std::move(step));
  }
  if (steps.empty()) return invalid();
  return steps;
}

PatternValue valueOf(const Json& json) {
  using Kind = PatternValue::Kind;
  PatternValue value;
  if (json.is_string()) {
    value.text = json.get<std::string>();
  } else if (json.is_number()) {
    value.kind = Kind::kNumber;
    value.number = json.get<double>();
    value.text = json.dump();
  } else if (json.is_boolean()) {
    value.kind = json.get<bool>() ? Kind::kTrue : Kind::kFalse;
    value.text = json.get<bool>() ? "true" : "false";
  } else {
    value.kind = json.is_null() ? Kind::kNull : Kind::kOther;
    value.text = json.is_null() ? "null" : std::string();
  }
  return value;
}

class JsonValues final : public PatternValues {
 public:
  JsonValues(const Json& json, const std::map<std::string, std::vector<Step>>& selectors)
      : json_(json), selectors_(selectors) {}

  std::vector<PatternValue> at(const std::string& selector) const override {
    std::vector<const Json*> nodes = {&json_};
    for (const Step& step : selectors_.at(selector)) {
      std::vector<const Json*> next;
      for (const Json* node : nodes) follow(*node, step, next);
      nodes = std::move(next);
    }
    std::vector<PatternValue> values;
    values.reserve(nodes.size());
    for (const Json* node : nodes) values.push_back(valueOf(*node));
    return values;
  }

 private:
  static void follow(const Json& node, const Step& step, std::vector<const Json*>& next) {
    if (step.all) {
      if (!node.is_array()) return;
      for (const Json& element : node) next.push_back(&element);
    } else if (step.index) {
      if (node.is_array() && *step.index < node.size()) next.push_back(&node[*step.index]);
    } else if (node.is_object()) {
      auto found = node.find(step.member);
      if (found != node.end()) next.push_back(&*found);
    }
  }

  const Json& json_;
  const std::map<std::string, std::vector<Step>>& selectors_;
};

class JsonPattern final : public FilterPattern {
 public:
  JsonPattern(Condition condition, std::map<std::string, std::vector<Step>> selectors)
      : condition_(std::move(condition)), selectors_(std::move(selectors)) {}

  bool matches(std::string_view message) const override {
    if (message.find('{') == std::string_view::npos) return false;
    Json json = Json::parse(message, nullptr, false);
    return json.is_object() && holds(condition_, JsonValues(json, selectors_));
  }

  std::map<std::string, std::string> extract(std::string_view message) const override {
    std::map<std::string, std::string> extracted;
    Json json = Json::parse(message, nullptr, false);
    if (!json.is_object()) return extracted;
    JsonValues values(json, selectors_);
    for (const auto& [selector, steps] : selectors_) {
      std::vector<PatternValue> found = values.at(selector);
      if (!found.empty()) extracted[selector] = found.front().text;
    }
    return extracted;
  }

 private:
  Condition condition_;
  std::map<std::string, std::vector<Step>> selectors_;
};

}  // namespace

Result<std::unique_ptr<FilterPattern>> parseJsonPattern(std::string_view text) {
  if (!text.ends_with('}')) {
    return Error(ErrorKind::kInvalidOption, "a '{' of the pattern is not closed");
  }
  Condition condition = TRY(parseCondition(text.substr(1, text.size() - 2)));
  std::vector<std::string> names;
  collectSelectors(condition, names);
  std::map<std::string, std::vector<Step>> selectors;
  for (const std::string& name : names) selectors[name] = TRY(parseSelector(name));
  return std::unique_ptr<FilterPattern>(
      std::make_unique<JsonPattern>(std::move(condition), std::move(selectors)));
}

}  // namespace millrace::logs
