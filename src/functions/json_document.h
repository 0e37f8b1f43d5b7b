// A parsed JSON text that keeps numbers as they were written. Small and plain: for SQL's JSON
// functions, not for decoding records.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

enum class JsonKind : uint8_t { kNull, kTrue, kFalse, kNumber, kString, kArray, kObject };

// Nodes are numbered in the order of the text; children form a list through `next`.
struct JsonNode {
  static constexpr uint32_t kNone = UINT32_MAX;
  JsonKind kind = JsonKind::kNull;
  uint32_t firstChild = kNone;
  uint32_t next = kNone;
  std::string_view key;   // of a member of an object
  std::string_view text;  // number as written, or the decoded string

  bool isScalar() const { return kind != JsonKind::kArray && kind != JsonKind::kObject; }
};

// Reused from text to text. Views are valid until the next parse and while the text lives.
class JsonDocument {
 public:
  // False when the text does not begin with a JSON value (what follows the value is ignored, as
  // Flink's parser does). Nesting deeper than 500 levels is malformed.
  bool parse(std::string_view text);

  const JsonNode& node(uint32_t index) const { return nodes_[index]; }
  uint32_t root() const { return 0; }
  // The member with the name (the last of equal ones), or kNone.
  uint32_t member(uint32_t object, std::string_view name) const;
  uint32_t numChildren(uint32_t parent) const;

  // Appends the value as compact JSON, with the members of objects ordered by key as Flink writes
  // them; of equal keys the last counts.
  void write(uint32_t index, std::string& out) const;

 private:
  class Parser;

  void sortMembers(std::vector<uint32_t>& members) const;

  std::vector<JsonNode> nodes_;
  std::string arena_;  // decoded strings; as large as the text, so it never moves
};

void appendQuotedJson(std::string_view text, std::string& out);
// A JSON number as Java's BigDecimal prints it: "1.50" stays, "1e3" is "1E+3".
std::string jsonNumberText(std::string_view number);

// A path: [lax|strict] $ steps; strict when it does not say. Supported steps: .name ['name'] [n]
// [-n] [*] .* ..name
class JsonPath {
 public:
  static Result<JsonPath> compile(std::string_view path);

  bool isStrict() const { return isStrict_; }
  // Whether the path may name several values; its result is a list then.
  bool isIndefinite() const { return isIndefinite_; }
  // False when a member is missing in front of the first step that may name several values: a
  // strict path of Flink then finds nothing instead of an empty list.
  bool leadsSomewhere(const JsonDocument& document) const;
  // The values the path names, in order.
  void select(const JsonDocument& document, std::vector<uint32_t>& found) const;

 private:
  enum class StepKind : uint8_t { kMember, kElement, kAll, kDescend };
  struct Step {
    StepKind kind;
    std::string name;
    int64_t index = 0;
  };
  Status parseStep(std::string_view path, size_t& at);
  Status parseBracket(std::string_view path, size_t& at);

  std::vector<Step> steps_;
  bool isStrict_ = true;
  bool isIndefinite_ = false;
};

}  // namespace millrace
