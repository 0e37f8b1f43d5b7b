// `millrace worker`: what the service starts for each application. Not for people.
#pragma once

#include "control/native/worker_protocol.h"
#include "env/env.h"

namespace millrace {

[[noreturn]] void runWorkerCommand(const WorkerArguments& arguments, Env& env);

}  // namespace millrace
