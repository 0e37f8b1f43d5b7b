// `millrace serve`: the managed service on one port.
#pragma once

#include <string>

#include "env/env.h"
#include "server/service_host.h"

namespace millrace {

struct ServeCommand {
  ServiceHostOptions host;
  std::string logLevel = "info";
};

// Serves until SIGINT or SIGTERM and returns the exit code. Installs the handlers of signals.
int runServeCommand(ServeCommand command, Env& env);

}  // namespace millrace
