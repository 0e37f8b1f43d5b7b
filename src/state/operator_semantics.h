// OperatorSemantics: what an operator computes, as far as its state depends on it and the schema of
// the state does not tell. A snapshot keeps it, so that a restore sees when the same columns mean
// other rows now.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace millrace {

struct InputSemantics {
  std::string rows;  // which rows these are: the operators and conditions below, as text
  bool retracts = false;
  std::string filter;  // of an input that retracts: the conditions above what makes it do so

  bool operator==(const InputSemantics&) const = default;
};

struct OperatorSemantics {
  std::string kind;     // of a join: "LeftSemiJoin"; else empty
  int64_t rankEnd = 0;  // of a Top-N: the last rank; else 0
  std::vector<InputSemantics> inputs;

  bool empty() const { return kind.empty() && rankEnd == 0 && inputs.empty(); }
};

// Why the operator cannot go on with what the stored one kept; "" = it can, or the snapshot does
// not say.
std::string compareSemantics(const OperatorSemantics& stored, const OperatorSemantics& wanted);

nlohmann::ordered_json toJson(const OperatorSemantics& semantics);
// Throws nlohmann's exceptions.
OperatorSemantics semanticsFrom(const nlohmann::ordered_json& json);

}  // namespace millrace
