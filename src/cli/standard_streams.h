// Standard input, output and error of the process. All functions are called by the main thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace millrace {

// Opens /dev/null where the caller closed a stream: a file that is opened later must not become
// standard output. Call first.
void openMissingStreams();

enum class Written : uint8_t {
  kAll,
  kReaderGone,  // a pipe whose reader ended, or a closed descriptor: nothing more to do
  kFailed,      // a full disk, ...: see lastWriteError()
};

// Writes all of it, at once (no buffer of ours in between).
Written writeOut(std::string_view text);
void writeError(std::string_view text);
// What the system said to the last kFailed.
std::string lastWriteError();

// True when nobody reads standard output any more (a pipe without reader), without writing.
bool outputReaderGone();

// Everything up to its end.
Result<std::string> readStandardInput();

bool inputIsTerminal();
bool outputIsTerminal();
bool errorIsTerminal();
// Columns of the terminal behind standard error, or 0.
size_t terminalColumns();

}  // namespace millrace
