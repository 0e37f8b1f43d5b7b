// Which changes each plan node emits, as Flink infers them.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "sql/plan/logical.h"

namespace millrace {

struct ChangelogMode {
  bool updates = false;  // +U (and -U when updateBefore)
  bool deletes = false;
  bool updateBefore = false;  // -U is emitted before +U
  // Of a Top-N or join that takes the +U of an input without their -U: the key by which they
  // replace a row of it. Empty = it asks for -U. One per input, or none at all.
  std::vector<std::vector<uint32_t>> inputUpsertKeys;

  bool insertOnly() const { return !updates && !deletes; }
  std::vector<uint32_t> inputUpsertKey(size_t input) const {
    return input < inputUpsertKeys.size() ? inputUpsertKeys[input] : std::vector<uint32_t>();
  }
  // "[I,UB,UA,D]", as in EXPLAIN CHANGELOG_MODE.
  std::string toString() const;
};

using ChangelogModes = std::unordered_map<const LogicalNode*, ChangelogMode>;

// The modes of all nodes below the roots. Fails where an operator or sink cannot take the changes
// of its input.
Result<ChangelogModes> inferChangelogModes(const std::vector<LogicalPtr>& roots);

}  // namespace millrace
