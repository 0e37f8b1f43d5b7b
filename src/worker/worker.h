// The worker process: runs one attempt of one application, as the service tells it over the socket.
#pragma once

#include "control/native/worker_protocol.h"
#include "env/env.h"

namespace millrace {

// Returns when the job is over and the service knows, or when the worker has to give way: a newer
// attempt, no service for 30 seconds, an interrupt. The caller then ends the process at once,
// because threads of a job that was given up may still be at work; nothing of it is committed.
void runWorker(const WorkerArguments& arguments, Env& env);

}  // namespace millrace
