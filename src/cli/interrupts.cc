#include "cli/interrupts.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <mutex>
#include <thread>

namespace millrace {

namespace {

constexpr int kShellSignalBase = 128;  // exit codes of processes that a signal ended

std::atomic<int> pending{0};
int pendingEvent = -1;  // readable while `pending` is set
int watcherEvent = -1;  // wakes the watching thread
std::mutex listenerMutex;
std::function<void(int)> listener;

// Only what may be called in a signal handler: atomics, write() and _exit().
void handleSignal(int number) {
  int saved = errno;
  int none = 0;
  if (!pending.compare_exchange_strong(none, number)) _exit(kShellSignalBase + number);
  uint64_t one = 1;
  (void)!::write(pendingEvent, &one, sizeof(one));
  (void)!::write(watcherEvent, &one, sizeof(one));
  errno = saved;
}

void watch() {
  while (true) {
    uint64_t count = 0;
    if (::read(watcherEvent, &count, sizeof(count)) < 0) {
      if (errno == EINTR) continue;
      return;
    }
    int number = pending.load();
    std::lock_guard lock(listenerMutex);
    if (number != 0 && listener) listener(number);
  }
}

}  // namespace

void installInterrupts() {
  pendingEvent = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  watcherEvent = ::eventfd(0, EFD_CLOEXEC);
  signal(SIGPIPE, SIG_IGN);
  // The watcher never runs the handler itself.
  sigset_t signals;
  sigset_t before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  std::thread(watch).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  struct sigaction action = {};
  action.sa_handler = handleSignal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, nullptr);
  // Also where a background job inherits SIGINT as ignored: jobs run until it comes.
  sigaction(SIGINT, &action, nullptr);
}

void onInterrupt(std::function<void(int)> newListener) {
  std::lock_guard lock(listenerMutex);
  listener = std::move(newListener);
}

int pendingInterrupt() { return pending.load(); }

void clearInterrupt() {
  uint64_t count = 0;
  (void)!::read(pendingEvent, &count, sizeof(count));
  pending.store(0);
}

int interruptDescriptor() { return pendingEvent; }

}  // namespace millrace
