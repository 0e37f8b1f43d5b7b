#include "sql/plan/logical.h"

namespace millrace {

std::vector<Type> typesOf(const Schema& schema) {
  std::vector<Type> types;
  types.reserve(schema.size());
  for (const Field& field : schema) types.push_back(field.type);
  return types;
}

std::vector<std::string> namesOf(const Schema& schema) {
  std::vector<std::string> names;
  names.reserve(schema.size());
  for (const Field& field : schema) names.push_back(field.name);
  return names;
}

}  // namespace millrace
