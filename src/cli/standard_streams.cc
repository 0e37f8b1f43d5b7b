#include "cli/standard_streams.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace millrace {

namespace {

int& writeErrorNumber() {
  static int number = 0;
  return number;
}

// 0, or the error of the write.
int writeAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd wait = {descriptor, POLLOUT, 0};
      ::poll(&wait, 1, 100);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

Written writeOut(std::string_view text) {
  int error = writeAll(STDOUT_FILENO, text);
  if (error == 0) return Written::kAll;
  writeErrorNumber() = error;
  return error == EPIPE || error == EBADF ? Written::kReaderGone : Written::kFailed;
}

void writeError(std::string_view text) { (void)writeAll(STDERR_FILENO, text); }

std::string lastWriteError() { return std::strerror(writeErrorNumber()); }

bool outputReaderGone() {
  pollfd output = {STDOUT_FILENO, 0, 0};
  return ::poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

void openMissingStreams() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) >= 0 || errno != EBADF) continue;
    // Takes the lowest number that is free, which is this one.
    (void)!::open("/dev/null", O_RDWR);
  }
}

Result<std::string> readStandardInput() {
  std::string text;
  char block[64 * 1024];
  while (true) {
    ssize_t size = ::read(STDIN_FILENO, block, sizeof(block));
    if (size > 0) {
      text.append(block, static_cast<size_t>(size));
    } else if (size == 0) {
      return text;
    } else if (errno != EINTR) {
      break;
    }
  }
  return Error(ErrorKind::kIo, std::string("cannot read standard input: ") + std::strerror(errno));
}

bool inputIsTerminal() { return ::isatty(STDIN_FILENO) != 0; }
bool outputIsTerminal() { return ::isatty(STDOUT_FILENO) != 0; }
bool errorIsTerminal() { return ::isatty(STDERR_FILENO) != 0; }

size_t terminalColumns() {
  winsize size = {};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

}  // namespace millrace
