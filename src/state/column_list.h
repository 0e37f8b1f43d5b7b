// Types and names of some columns of an operator's input, for the schemas of its states.
#pragma once

#include <string>
#include <vector>

#include "types/type.h"

namespace millrace {

inline std::vector<Type> pickTypes(const std::vector<Type>& types,
                                   const std::vector<uint32_t>& columns) {
  std::vector<Type> picked;
  picked.reserve(columns.size());
  for (uint32_t column : columns) picked.push_back(types[column]);
  return picked;
}

// Nothing when the columns have no names.
inline std::vector<std::string> pickNames(const std::vector<std::string>& names,
                                          const std::vector<uint32_t>& columns) {
  std::vector<std::string> picked;
  if (names.empty()) return picked;
  picked.reserve(columns.size());
  for (uint32_t column : columns) picked.push_back(names[column]);
  return picked;
}

// The same with a column of the operator's own behind them.
inline std::vector<std::string> pickNames(const std::vector<std::string>& names,
                                          const std::vector<uint32_t>& columns,
                                          const std::string& own) {
  std::vector<std::string> picked = pickNames(names, columns);
  if (!names.empty()) picked.push_back("$" + own);
  return picked;
}

}  // namespace millrace
