// Companion: how a folder of src/companions registers its service. A folder <name>/ defines
// add<Name>Companion; the build calls them all.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "aws/server/service.h"
#include "base/log.h"
#include "base/result.h"
#include "env/env.h"

namespace millrace {

class AccessControl;

// What a companion gets at start. It outlives the companion.
struct CompanionContext {
  Env& env;
  Log& log;
  std::string dataDirectory;  // its own: DATA/<name>, made before
  std::string region;
  std::string account;
  // Users, roles and their permissions: what IAM and STS are about.
  AccessControl& access;
  // What the configuration says of it: `<name>.fsync` is `fsync` here. A companion refuses names
  // that it does not know.
  std::map<std::string, std::string> settings;
};

// For a companion without settings: kUnknownOption when there are some.
Status refuseSettings(const CompanionContext& context, std::string_view companion);

struct Companion {
  std::string_view name;  // the folder
  // What it would serve, also where it is not opened because the service is elsewhere.
  const ServiceModel& model;
  // Opens its files, recovers, starts its background work. Companions are opened in the order of
  // their names, before the first request.
  std::function<Result<std::unique_ptr<Service>>(const CompanionContext& context)> open;
};

class CompanionCatalog {
 public:
  void add(Companion companion) { companions_.push_back(std::move(companion)); }
  const std::vector<Companion>& companions() const { return companions_; }

 private:
  std::vector<Companion> companions_;
};

void addCompanions(CompanionCatalog& catalog);  // generated from the folders

}  // namespace millrace
