// ControlWorld: the control plane in a simulation. The store is a real one, the engine is scripted,
// the clock is virtual, and one thread does everything.
#pragma once

#include <memory>
#include <string>

#include "control/engine/scripted_engine.h"
#include "control/scaling/autoscaler.h"
#include "control/service.h"
#include "env/sim/sim_env.h"

namespace millrace::kinesisanalyticsv2 {

// Allows everything.
class AllowingAuthorizer final : public Authorizer {
 public:
  Outcome<void> authorize(const Principal&, const AccessRequest&) override { return {}; }
};

class ControlWorld {
 public:
  explicit ControlWorld(uint64_t seed = 1);
  ~ControlWorld();

  // The answer as JSON, or the name of the error.
  std::string call(const std::string& operation, const std::string& json);
  // The same, without an error.
  std::string mustCall(const std::string& operation, const std::string& json);
  // The text of the last error.
  const std::string& lastMessage() const { return lastMessage_; }

  // Lets that much time pass, and everything happen that happens in it.
  void pass(int64_t millis);
  // Handles what is due now, without letting time pass.
  void settle() { lifecycle_->step(); }
  // The process of the service dies and starts again; the engine's jobs live on.
  void restart();

  // How the engine answers; by default it does what it is told within 100 ms.
  ScriptedEngine::Script script;

  SimEnv env;
  Quotas quotas;
  ScriptedEngine& engine() { return *engine_; }
  Store& store() { return *store_; }
  Service& service() { return *service_; }

  // Of the application; "" when it is gone.
  std::string status(const std::string& name);
  // Status, version and reason of the newest operation: "FAILED scripted failure".
  std::string newestOperation(const std::string& name);
  int64_t version(const std::string& name);
  // Makes one that runs, with a code text.
  void createApplication(const std::string& name, const std::string& configuration = "{}");
  void runApplication(const std::string& name, const std::string& configuration = "{}");

 private:
  void open();

  std::string directory_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<ScriptedEngine> engine_;
  std::unique_ptr<Lifecycle> lifecycle_;
  std::unique_ptr<Autoscaler> autoscaler_;
  std::unique_ptr<Service> service_;
  AllowingAuthorizer authorizer_;
  std::string lastMessage_;
};

}  // namespace millrace::kinesisanalyticsv2
