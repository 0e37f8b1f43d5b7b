#include "state/column_match.h"

#include <fmt/format.h>

#include "types/type_text.h"

namespace millrace {

ColumnMatch::ColumnMatch(const std::vector<Type>& stored,
                         const std::vector<std::string>& storedNames,
                         const std::vector<Type>& wanted,
                         const std::vector<std::string>& wantedNames) {
  bool named = storedNames.size() == stored.size() && wantedNames.size() == wanted.size();
  std::vector<uint8_t> used(stored.size(), 0);
  for (size_t i = 0; i < wanted.size(); ++i) {
    size_t found = named ? 0 : i;
    if (named) {
      while (found < stored.size() && (used[found] != 0 || storedNames[found] != wantedNames[i])) {
        ++found;
      }
    }
    std::string name = named ? wantedNames[i] : fmt::format("column {}", i + 1);
    if (found >= stored.size()) {
      missing_ = name;
      return;
    }
    used[found] = 1;
    from_.push_back(static_cast<uint32_t>(found));
    if (reason_.empty() && !widens(stored[found], wanted[i])) {
      reason_ = fmt::format("{} was {} and is {} now", name, stored[found].toString(),
                            wanted[i].toString());
    }
  }
}

}  // namespace millrace
