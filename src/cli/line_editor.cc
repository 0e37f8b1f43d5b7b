#include "cli/line_editor.h"

#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>

#include "cli/interrupts.h"
#include "sql/ast/keywords.h"

namespace millrace {

namespace {

constexpr int kHistoryEntries = 1000;
constexpr size_t kMostShown = 60;  // candidates listed at once

bool isWordCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

// The longest text that all words begin with, without regard to case.
size_t sharedLength(const std::vector<std::string>& words) {
  size_t length = words[0].size();
  for (const std::string& word : words) {
    size_t same = 0;
    while (same < std::min(length, word.size()) &&
           std::tolower(static_cast<unsigned char>(word[same])) ==
               std::tolower(static_cast<unsigned char>(words[0][same]))) {
      ++same;
    }
    length = same;
  }
  return length;
}

}  // namespace

struct LineEditor::State {
  EditLine* editor = nullptr;
  History* history = nullptr;
  HistEvent event = {};
  std::string historyFile;
  std::string prompt;
  Candidates candidates;
  bool interrupted = false;

  static State* of(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return static_cast<State*>(data);
  }

  static char* promptOf(EditLine* editor) { return of(editor)->prompt.data(); }
  static int readCharacter(EditLine* editor, wchar_t* out);
  static unsigned char complete(EditLine* editor, int);
  std::vector<std::string> matching(const std::string& begin) const;
};

// Reads one character and leaves when an interrupt comes. Bytes of a longer character follow at
// once, so they are read without waiting.
int LineEditor::State::readCharacter(EditLine* editor, wchar_t* out) {
  std::mbstate_t conversion = {};
  while (true) {
    pollfd inputs[] = {{STDIN_FILENO, POLLIN, 0}, {interruptDescriptor(), POLLIN, 0}};
    if (::poll(inputs, 2, -1) < 0 && errno != EINTR) return -1;
    if (pendingInterrupt() != 0) {
      of(editor)->interrupted = true;
      return 0;
    }
    if (inputs[0].revents == 0) continue;
    char byte = 0;
    ssize_t size = ::read(STDIN_FILENO, &byte, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return static_cast<int>(size);
    size_t used = std::mbrtowc(out, &byte, 1, &conversion);
    if (used == static_cast<size_t>(-2)) continue;
    if (used == static_cast<size_t>(-1)) *out = static_cast<unsigned char>(byte);
    return 1;
  }
}

std::vector<std::string> LineEditor::State::matching(const std::string& begin) const {
  std::vector<std::string> found;
  std::string wanted = upperCase(begin);
  for (const std::string& word : candidates()) {
    if (upperCase(word).starts_with(wanted)) found.push_back(word);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

unsigned char LineEditor::State::complete(EditLine* editor, int) {
  State& state = *of(editor);
  const LineInfo* line = el_line(editor);
  const char* begin = line->cursor;
  while (begin > line->buffer && isWordCharacter(begin[-1])) --begin;
  std::string typed(begin, line->cursor);
  std::vector<std::string> found =
      typed.empty() ? std::vector<std::string>() : state.matching(typed);
  if (found.empty()) return CC_REFRESH_BEEP;
  size_t shared = sharedLength(found);
  if (shared > typed.size() || found.size() == 1) {
    std::string rest = found[0].substr(typed.size(), shared - typed.size());
    // What is added has the case of what was typed.
    bool lowerCase = std::islower(static_cast<unsigned char>(typed.back())) != 0;
    bool allCapitals = upperCase(found[0]) == found[0];
    if (lowerCase && allCapitals) {
      for (char& c : rest) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    if (found.size() == 1) rest += ' ';
    el_insertstr(editor, rest.c_str());
    return CC_REFRESH;
  }
  std::string listing = "\n";
  for (size_t i = 0; i < found.size() && i < kMostShown; ++i) listing += found[i] + "  ";
  if (found.size() > kMostShown) listing += "...";
  listing += '\n';
  (void)!::write(STDOUT_FILENO, listing.data(), listing.size());
  return CC_REDISPLAY;
}

LineEditor::LineEditor(const std::string& historyFile, Candidates candidates)
    : state_(std::make_unique<State>()) {
  std::setlocale(LC_CTYPE, "");
  state_->historyFile = historyFile;
  state_->candidates = std::move(candidates);
  state_->history = history_init();
  history(state_->history, &state_->event, H_SETSIZE, kHistoryEntries);
  history(state_->history, &state_->event, H_SETUNIQUE, 1);
  if (!historyFile.empty()) {
    history(state_->history, &state_->event, H_LOAD, historyFile.c_str());
  }
  state_->editor = el_init("millrace", stdin, stdout, stderr);
  if (state_->editor == nullptr) return;
  EditLine* editor = state_->editor;
  el_set(editor, EL_CLIENTDATA, state_.get());
  el_set(editor, EL_PROMPT, &State::promptOf);
  el_set(editor, EL_EDITOR, "emacs");
  el_set(editor, EL_HIST, history, state_->history);
  el_set(editor, EL_GETCFN, &State::readCharacter);
  el_set(editor, EL_ADDFN, "millrace-complete", "Complete a word", &State::complete);
  el_set(editor, EL_BIND, "^I", "millrace-complete", nullptr);
  el_set(editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_set(editor, EL_SIGNAL, 0);
  el_source(editor, nullptr);
}

LineEditor::~LineEditor() {
  if (!state_->historyFile.empty()) {
    history(state_->history, &state_->event, H_SAVE, state_->historyFile.c_str());
  }
  if (state_->editor != nullptr) el_end(state_->editor);
  history_end(state_->history);
}

LineEnd LineEditor::read(const std::string& prompt, std::string& line) {
  if (state_->editor == nullptr) return LineEnd::kEndOfInput;
  state_->prompt = prompt;
  state_->interrupted = false;
  // The terminal is ready before the prompt shows: a Ctrl-D typed in between would be lost.
  el_set(state_->editor, EL_PREP_TERM, 1);
  int size = 0;
  const char* text = el_gets(state_->editor, &size);
  if (state_->interrupted) {
    el_reset(state_->editor);
    if (pendingInterrupt() == SIGTERM) return LineEnd::kEndOfInput;
    clearInterrupt();
    return LineEnd::kInterrupted;
  }
  if (text == nullptr || size <= 0) return LineEnd::kEndOfInput;
  line.assign(text, static_cast<size_t>(size));
  if (line.ends_with('\n')) line.pop_back();
  return LineEnd::kLine;
}

void LineEditor::addToHistory(const std::string& entry) {
  history(state_->history, &state_->event, H_ENTER, entry.c_str());
}

}  // namespace millrace
