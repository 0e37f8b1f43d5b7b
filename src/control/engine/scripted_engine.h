// ScriptedEngine: an engine for tests. It runs nothing, but keeps the contract: it answers later,
// on the virtual clock, with what the script says; a new attempt ends the older ones; what was
// cancelled is gone even when the answer gets lost.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "control/engine/engine.h"
#include "env/env.h"

namespace millrace {

// How one command ends.
struct ScriptedAnswer {
  enum class Kind : uint8_t { kGood, kFails, kFinishes, kSilent };
  Kind kind = Kind::kGood;
  int64_t delayMillis = 100;
  std::string reason = "scripted failure";
};

class ScriptedEngine final : public Engine {
 public:
  enum class Command : uint8_t { kStart, kResume, kStop, kCancel, kSavepoint, kDeleteSnapshot };
  // Asked for every command.
  using Script = std::function<ScriptedAnswer(Command command, JobId job)>;

  ScriptedEngine(Env& env, Script script) : env_(env), script_(std::move(script)) {}

  // When the next answer is due; nothing when there is none.
  std::optional<int64_t> nextMillis() const;
  // Gives the answers that are due.
  void answer();
  // The process has died: what was to be answered is lost, jobs live on.
  void loseAnswers() { pending_.clear(); }
  // A running job fails for good.
  void failJob(JobId job);

  // Attempts that are alive, and what the last start of an application was told.
  std::vector<JobId> alive() const;
  const JobRequest& lastRequest(int64_t application) const { return requests_.at(application); }
  const std::vector<Command>& commands() const { return commands_; }
  const std::vector<int64_t>& forgotten() const { return forgotten_; }
  void setReport(JobReport report) { report_ = report; }

  void setListener(EngineListener& listener) override { listener_ = &listener; }
  void start(JobRequest request) override;
  void resume(JobRequest request) override;
  void stopWithSavepoint(JobId job, std::string snapshot) override;
  void cancel(JobId job) override;
  void savepoint(JobId job, std::string snapshot) override;
  void deleteSnapshot(int64_t application, std::string snapshot, std::string location) override;
  void keepOnly(const std::vector<int64_t>& applications) override;
  void forget(int64_t application) override;
  std::optional<JobReport> report(JobId job) override;
  Result<std::string> rest(JobId job, const std::string& path) override;
  std::string jobPlan(JobId) override { return "{\"nodes\":[]}"; }

 private:
  void later(const ScriptedAnswer& answer, std::function<void()> action);
  void launch(Command command, JobRequest request);
  ScriptedAnswer ask(Command command, JobId job);
  bool isAlive(JobId job) const;

  Env& env_;
  Script script_;
  EngineListener* listener_ = nullptr;
  std::multimap<int64_t, std::function<void()>> pending_;
  std::map<int64_t, JobId> alive_;  // by application
  std::map<int64_t, JobRequest> requests_;
  std::vector<Command> commands_;
  std::vector<int64_t> forgotten_;
  JobReport report_;
};

}  // namespace millrace
