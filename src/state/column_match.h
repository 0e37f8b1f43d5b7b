// Which stored column is which wanted one.
#pragma once

#include <string>
#include <vector>

#include "types/type.h"

namespace millrace {

// Finds each wanted column among the stored ones, each of which is used once: by name, or by
// position where one side has no names.
class ColumnMatch {
 public:
  ColumnMatch(const std::vector<Type>& stored, const std::vector<std::string>& storedNames,
              const std::vector<Type>& wanted, const std::vector<std::string>& wantedNames);

  bool fits() const { return missing_.empty() && reason_.empty(); }
  // The wanted column that is not there; empty = all are.
  const std::string& missing() const { return missing_; }
  // A column whose type does not fit.
  const std::string& reason() const { return reason_; }
  // The stored column of each wanted one. Requires: none is missing.
  const std::vector<uint32_t>& from() const { return from_; }

 private:
  std::vector<uint32_t> from_;
  std::string missing_;
  std::string reason_;
};

}  // namespace millrace
