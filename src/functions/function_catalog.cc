#include "functions/function_catalog.h"

#include <algorithm>

#include "base/check.h"

namespace millrace {

namespace {

std::string upperCase(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

template <typename Function>
void addTo(std::vector<std::unique_ptr<Function>>& functions,
           std::unordered_map<std::string, const Function*>& byName, Function function) {
  auto owned = std::make_unique<Function>(std::move(function));
  bool isNew = byName.emplace(owned->name, owned.get()).second;
  CHECK(isNew, owned->name);
  for (const std::string& alias : owned->aliases) {
    isNew = byName.emplace(alias, owned.get()).second;
    CHECK(isNew, alias);
  }
  functions.push_back(std::move(owned));
}

template <typename Function>
const Function* find(const std::unordered_map<std::string, const Function*>& byName,
                     std::string_view name) {
  auto entry = byName.find(upperCase(name));
  return entry == byName.end() ? nullptr : entry->second;
}

template <typename Function>
std::vector<const Function*> all(const std::vector<std::unique_ptr<Function>>& functions) {
  std::vector<const Function*> list;
  list.reserve(functions.size());
  for (const auto& function : functions) list.push_back(function.get());
  return list;
}

}  // namespace

const FunctionCatalog& FunctionCatalog::builtin() {
  static const FunctionCatalog catalog = [] {
    FunctionCatalog made;
    addScalarFunctions(made);
    addAggregateFunctions(made);
    return made;
  }();
  return catalog;
}

void FunctionCatalog::add(ScalarFunction function) {
  addTo(scalars_, scalarsByName_, std::move(function));
}

void FunctionCatalog::add(AggregateFunction function) {
  addTo(aggregates_, aggregatesByName_, std::move(function));
}

const ScalarFunction* FunctionCatalog::scalar(std::string_view name) const {
  return find(scalarsByName_, name);
}

const AggregateFunction* FunctionCatalog::aggregate(std::string_view name) const {
  return find(aggregatesByName_, name);
}

std::vector<std::string> FunctionCatalog::names() const {
  std::vector<std::string> names;
  for (const auto& [name, function] : scalarsByName_) names.push_back(name);
  for (const auto& [name, function] : aggregatesByName_) names.push_back(name);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<const ScalarFunction*> FunctionCatalog::scalars() const { return all(scalars_); }

std::vector<const AggregateFunction*> FunctionCatalog::aggregates() const {
  return all(aggregates_);
}

}  // namespace millrace
