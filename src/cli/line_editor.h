// LineEditor: reads lines from the terminal with editing, history and completion (libedit). One at
// a time in a process; main thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

enum class LineEnd : uint8_t {
  kLine,         // a line was read
  kInterrupted,  // Ctrl-C: what was typed is dropped
  kEndOfInput,   // Ctrl-D on an empty line, the terminal is gone, or SIGTERM
};

class LineEditor {
 public:
  // All words that may stand where the word at the cursor begins.
  using Candidates = std::function<std::vector<std::string>()>;

  // Loads the history from `historyFile`, if there is such a file.
  LineEditor(const std::string& historyFile, Candidates candidates);
  // Saves the history.
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  // The line without its end.
  LineEnd read(const std::string& prompt, std::string& line);
  void addToHistory(const std::string& entry);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace
