#include "cli/serve_command.h"

#include <fmt/format.h>
#include <poll.h>

#include <cstdlib>

#include "cli/interrupts.h"
#include "cli/sql_command.h"
#include "cli/standard_streams.h"
#include "server/json_log.h"

namespace millrace {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

int waitForInterrupt() {
  while (pendingInterrupt() == 0) {
    pollfd input{interruptDescriptor(), POLLIN, 0};
    ::poll(&input, 1, -1);
  }
  return pendingInterrupt();
}

}  // namespace

int runServeCommand(ServeCommand command, Env& env) {
  installInterrupts();
  command.host.rootAccessKeyId = environment("MILLRACE_ROOT_ACCESS_KEY_ID");
  command.host.rootSecretAccessKey = environment("MILLRACE_ROOT_SECRET_ACCESS_KEY");
  std::unique_ptr<Log> log =
      makeJsonLog(env, logLevelOf(command.logLevel).value_or(LogLevel::kInfo));
  Result<std::unique_ptr<ServiceHost>> host = ServiceHost::start(env, *log, command.host);
  if (!host.ok()) {
    writeError(fmt::format("{}\n", host.error().describe()));
    return kExitFailed;
  }
  int signal = waitForInterrupt();
  log->info("stopping", {{"signal", signal}});
  host.value()->stop();
  log->info("stopped");
  return kExitOk;
}

}  // namespace millrace
