// The control plane as `millrace serve` opens it: store, life cycle, scaling and API together.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "aws/server/service.h"
#include "base/result.h"
#include "control/code/code_source.h"
#include "control/engine/engine.h"
#include "control/model/role_directory.h"
#include "control/sampling/record_sampler.h"
#include "env/env.h"

namespace millrace {

namespace kinesisanalyticsv2 {
class Service;
}

struct ControlPlaneOptions {
  std::string dataDirectory;  // made before
  // Of the store, as Database::open takes it; empty = control.sqlite in the data directory.
  std::string store;
  std::string region;
  std::string account;
  // "applications", "kpus", "snapshots", "tags"; what is not named has the guide's value.
  std::map<std::string, int64_t> quotas;
  std::unique_ptr<Engine> engine;  // not null
  // Not owned; may be null (service.h says what is missing then).
  CodeSource* code = nullptr;
  RoleDirectory* roles = nullptr;
  RecordSampler* sampler = nullptr;
  // Trouble of the service's own, for its log. Called from any thread.
  std::function<void(const std::string&)> onTrouble;
};

// Opens the store, finds running applications again, and begins to work. kUnknownOption for an
// unknown quota; kCorruptData and kIo of the store name its file.
Result<std::unique_ptr<kinesisanalyticsv2::Service>> openControlPlane(Env& env,
                                                                      ControlPlaneOptions options);

}  // namespace millrace
