// StateTtlHints: the STATE_TTL hints of one SELECT: times to live for the states of its joins and
// of its aggregation, by the name of the input whose rows they keep.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sql/ast/query.h"
#include "sql/plan/logical.h"

namespace millrace {

// The name in upper case; an error when there is no hint of that name.
Result<std::string> hintName(const ParsedHint& hint);

class StateTtlHints {
 public:
  // From all hints of a SELECT.
  static Result<StateTtlHints> make(const std::vector<ParsedHint>& hints);

  // The times to live of the two sides of a join. Inputs are called as in FROM: by alias, else by
  // their path; "" = has no name. An error when one entry means both.
  using Sides = std::pair<std::optional<StateTtlHint>, std::optional<StateTtlHint>>;
  Result<Sides> ofJoin(std::string_view left, std::string_view right);
  std::optional<StateTtlHint> ofAggregate(std::string_view input);

  // Once all joins and the aggregation have asked: an error when an entry names none of their
  // inputs. Where nobody has asked hints mean nothing, as in Flink.
  Status checkUsed() const;

 private:
  struct Entry {
    std::string name;
    StateTtlHint ttl;
    SourcePosition position;
    bool used = false;
  };
  std::optional<StateTtlHint> find(std::string_view input);

  std::vector<Entry> entries_;
  bool asked_ = false;
  std::vector<std::string> inputs_;  // the names that were asked for
};

}  // namespace millrace
