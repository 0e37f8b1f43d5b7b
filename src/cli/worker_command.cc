#include "cli/worker_command.h"

#include "cli/interrupts.h"
#include "env/process.h"
#include "worker/worker.h"

namespace millrace {

void runWorkerCommand(const WorkerArguments& arguments, Env& env) {
  installInterrupts();
  // The job goes on from its last checkpoint; the service decides when.
  onInterrupt([](int) { exitNow(0); });
  runWorker(arguments, env);
  exitNow(0);
}

}  // namespace millrace
