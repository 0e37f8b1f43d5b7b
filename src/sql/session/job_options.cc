// The options of a job from the configuration of its session.
#include <fmt/format.h>

#include "env/file_system.h"
#include "sql/session/session.h"

namespace millrace {

namespace {

CheckpointRetention retentionOf(const std::string& text) {
  if (text == "RETAIN_ON_CANCELLATION") return CheckpointRetention::kRetainOnCancellation;
  if (text == "DELETE_ON_CANCELLATION") return CheckpointRetention::kDeleteOnCancellation;
  return CheckpointRetention::kNever;
}

RestartKind restartKindOf(const std::string& text, bool withCheckpoints) {
  if (text.empty()) return withCheckpoints ? RestartKind::kExponentialDelay : RestartKind::kNone;
  if (text.starts_with("fixed")) return RestartKind::kFixedDelay;
  if (text.starts_with("failure")) return RestartKind::kFailureRate;
  if (text.starts_with("exponential")) return RestartKind::kExponentialDelay;
  return RestartKind::kNone;
}

CheckpointOptions checkpointOptions(const Configuration& from) {
  CheckpointOptions options;
  options.intervalMillis = from.durationMillis("execution.checkpointing.interval");
  options.directory = plainPath(from.text("execution.checkpointing.dir"));
  options.savepointDirectory = plainPath(from.text("execution.checkpointing.savepoint-dir"));
  options.retained = static_cast<uint32_t>(from.integer("execution.checkpointing.num-retained"));
  options.retention =
      retentionOf(from.text("execution.checkpointing.externalized-checkpoint-retention"));
  options.timeoutMillis = from.durationMillis("execution.checkpointing.timeout");
  options.minPauseMillis = from.durationMillis("execution.checkpointing.min-pause");
  options.tolerableFailures =
      static_cast<uint32_t>(from.integer("execution.checkpointing.tolerable-failed-checkpoints"));
  options.alignsBarriers = from.text("execution.checkpointing.mode") != "AT_LEAST_ONCE";
  options.restorePath = from.text("execution.state-recovery.path");
  options.allowNonRestoredState = from.boolean("execution.state-recovery.ignore-unclaimed-state");
  return options;
}

Result<RestartOptions> restartOptions(const Configuration& from, bool withCheckpoints) {
  RestartOptions options;
  options.kind = restartKindOf(from.text("restart-strategy.type"), withCheckpoints);
  options.fixedAttempts = from.integer("restart-strategy.fixed-delay.attempts");
  options.fixedDelayMillis = from.durationMillis("restart-strategy.fixed-delay.delay");
  options.maxFailuresPerInterval =
      from.integer("restart-strategy.failure-rate.max-failures-per-interval");
  options.failureIntervalMillis =
      from.durationMillis("restart-strategy.failure-rate.failure-rate-interval");
  options.failureRateDelayMillis = from.durationMillis("restart-strategy.failure-rate.delay");
  options.initialBackoffMillis =
      from.durationMillis("restart-strategy.exponential-delay.initial-backoff");
  options.maxBackoffMillis = from.durationMillis("restart-strategy.exponential-delay.max-backoff");
  options.backoffMultiplier = from.real("restart-strategy.exponential-delay.backoff-multiplier");
  options.resetBackoffThresholdMillis =
      from.durationMillis("restart-strategy.exponential-delay.reset-backoff-threshold");
  options.jitterFactor = from.real("restart-strategy.exponential-delay.jitter-factor");
  options.attemptsBeforeReset =
      from.integer("restart-strategy.exponential-delay.attempts-before-reset-backoff");
  if (options.initialBackoffMillis > options.maxBackoffMillis) {
    return Error(ErrorKind::kInvalidOption,
                 fmt::format("the initial backoff of restarts ({} ms) is longer than the highest "
                             "({} ms)",
                             options.initialBackoffMillis, options.maxBackoffMillis))
        .withHint("See 'restart-strategy.exponential-delay.max-backoff'.");
  }
  return options;
}

}  // namespace

Result<JobOptions> Session::jobOptions(JobPurpose purpose) const {
  JobOptions options;
  options.numWorkers = static_cast<uint32_t>(configuration_.integer("millrace.execution.threads"));
  options.checkpoints = checkpointOptions(configuration_);
  options.stateMemoryBudget =
      static_cast<uint64_t>(configuration_.memoryBytes("millrace.state.memory-budget"));
  // A client cannot take back the rows it was given: queries end at their first failure.
  if (purpose == JobPurpose::kQuery) return options;
  options.restart = TRY(restartOptions(configuration_, options.checkpoints.intervalMillis > 0));
  return options;
}

}  // namespace millrace
