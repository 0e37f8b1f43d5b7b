// NativeEngine: runs applications in worker processes of this program, one for each, and restarts
// those that crash. docs/internals/worker-protocol.md has the rules; in short: at most one worker
// of an application is alive and able to commit (ApplicationDirectory: lock and epoch), workers
// outlive a crash of the service for 30 seconds, and a service that comes back adopts them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/log.h"
#include "base/result.h"
#include "control/code/code_source.h"
#include "control/engine/engine.h"
#include "control/model/role_directory.h"
#include "control/observability/application_telemetry.h"
#include "env/env.h"
#include "env/memory_groups.h"

namespace millrace {

struct NativeEngineOptions {
  std::string directory;  // DATA/applications, made before
  std::string region;
  // Not owned; may be null: code in S3 cannot be run then.
  CodeSource* code = nullptr;
  // Not owned; may be null: every role will do.
  RoleDirectory* roles = nullptr;
  // Not owned; may be null: nobody is told.
  ApplicationTelemetry* telemetry = nullptr;
  // Variables of every worker beyond those that the engine sets: endpoints of single services.
  std::map<std::string, std::string> environment;
  MemoryGroupPaths memoryGroups;
};

// Whose role the connectors of an application act with.
struct CredentialGrant {
  int64_t application = 0;
  std::string applicationName;
  std::string applicationArn;
  std::string roleArn;
};

class NativeEngine : public Engine {
 public:
  // The log outlives the engine. Nothing is run before begin().
  static Result<std::unique_ptr<NativeEngine>> open(Env& env, Log& log,
                                                    NativeEngineOptions options);

  // Begins to work. endpoint: the service's own URL as workers reach it ("http://127.0.0.1:4566").
  virtual void begin(std::string endpoint) = 0;
  // The application that has this token now: of its current attempt. Any thread.
  virtual std::optional<CredentialGrant> grantOf(const std::string& token) = 0;
};

// Below the endpoint: where workers ask for credentials, with their token as authorization.
inline constexpr const char* kCredentialsPath = "/_millrace/credentials";

}  // namespace millrace
