// Interrupts: SIGINT and SIGTERM. The first one of either kind is remembered and told to a
// listener, on a thread of its own; while it is pending a second one ends the process at once.
// SIGPIPE is ignored, so that a closed pipe is an error of the write.
#pragma once

#include <functional>

namespace millrace {

// Installs the handlers for the rest of the process. Call once, before other threads start.
void installInterrupts();

// Called with the signal, on the watching thread; replaces the listener before.
void onInterrupt(std::function<void(int signal)> listener);

// The signal that came since the last clearInterrupt(), or 0.
int pendingInterrupt();
void clearInterrupt();

// Readable while an interrupt is pending: for poll().
int interruptDescriptor();

}  // namespace millrace
