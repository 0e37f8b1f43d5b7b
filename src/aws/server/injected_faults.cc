#include "aws/server/injected_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/close_matches.h"

namespace millrace {

namespace {

constexpr std::string_view kFaultsEnabled = "enabled";

Error unknownInFault(std::string_view what, const std::string& name,
                     const std::vector<std::string>& known) {
  return Error(ErrorKind::kUnknownOption, fmt::format("fault: no {} '{}'", what, name))
      .withHint(didYouMean(name, known));
}

Result<const ServiceModel*> faultyService(const std::string& name,
                                          const std::vector<Service*>& services) {
  std::vector<std::string> known;
  for (Service* service : services) {
    if (service->model().name == name) return &service->model();
    known.emplace_back(service->model().name);
  }
  return unknownInFault("service", name, known);
}

Result<const OperationModel*> faultyOperation(const ServiceModel& model, const std::string& name) {
  const OperationModel* operation = model.findOperation(name);
  if (operation != nullptr) return operation;
  std::vector<std::string> known;
  for (const OperationModel& other : model.operations) known.emplace_back(other.name);
  return unknownInFault("operation", name, known);
}

Result<const ErrorModel*> faultError(const OperationModel& operation, const std::string& name) {
  std::vector<std::string> known;
  for (const ErrorModel* error : operation.errors) {
    if (error->name == name) return error;
    known.emplace_back(error->name);
  }
  return unknownInFault(fmt::format("error of {}", operation.name), name, known);
}

}  // namespace

Result<std::unique_ptr<InjectedFaults>> InjectedFaults::parse(
    const std::map<std::string, std::string>& settings, const std::vector<Service*>& services) {
  std::unique_ptr<InjectedFaults> faults;
  if (settings.empty()) return faults;
  auto enabled = settings.find(std::string(kFaultsEnabled));
  if (enabled == settings.end() || enabled->second != "true") {
    return Error(ErrorKind::kInvalidOption, "faults are not enabled")
        .withHint("They are for tests; 'fault.enabled=true' enables them.");
  }
  faults = std::make_unique<InjectedFaults>();
  for (const auto& [name, errors] : settings) {
    if (name != kFaultsEnabled) TRY(faults->add(name, errors, services));
  }
  return faults;
}

Status InjectedFaults::add(const std::string& name, const std::string& errors,
                           const std::vector<Service*>& services) {
  size_t dot = name.find('.');
  const ServiceModel* model = TRY(faultyService(name.substr(0, dot), services));
  const OperationModel* operation =
      TRY(faultyOperation(*model, dot == std::string::npos ? "" : name.substr(dot + 1)));
  for (size_t begin = 0; begin <= errors.size();) {
    size_t end = std::min(errors.find(',', begin), errors.size());
    faults_[operation].push_back(TRY(faultError(*operation, errors.substr(begin, end - begin))));
    begin = end + 1;
  }
  return {};
}

std::optional<ApiError> InjectedFaults::next(const OperationModel& operation) {
  std::lock_guard lock(mutex_);
  auto found = faults_.find(&operation);
  if (found == faults_.end() || found->second.empty()) return std::nullopt;
  const ErrorModel* error = found->second.front();
  found->second.pop_front();
  return ApiError(*error, "An injected fault.");
}

}  // namespace millrace
