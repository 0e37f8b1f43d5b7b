#include "sql/ast/keywords.h"
#include "sql/parser/parser.h"

namespace millrace {

namespace {

// Scans a script without understanding more of it than where statements end.
class Splitter {
 public:
  explicit Splitter(std::string_view script) : script_(script) {}

  std::vector<ScriptStatement> run();

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < script_.size() ? script_[at_ + ahead] : '\0';
  }
  void advance(size_t bytes);
  // Skips to behind `close`, or to the end of the script, which then leaves the statement open.
  void skipTo(std::string_view close, size_t from);
  bool skipSpace();
  void skipWord();
  void noteWord(std::string word);
  void begin();
  void finish(bool terminated);

  std::string_view script_;
  size_t at_ = 0;
  SourcePosition position_{1, 1};
  std::vector<ScriptStatement> statements_;

  // Of the statement that is being read.
  bool started_ = false;
  size_t begin_ = 0;
  size_t end_ = 0;
  SourcePosition start_;
  std::string waitsFor_;
  std::vector<std::string> words_;  // short words, upper case
  bool beginsSet_ = false;          // the statement started with BEGIN STATEMENT SET
  bool inBlock_ = false;
  int cases_ = 0;
};

void Splitter::advance(size_t bytes) {
  for (size_t end = std::min(at_ + bytes, script_.size()); at_ < end; ++at_) {
    unsigned char c = static_cast<unsigned char>(script_[at_]);
    if (c == '\n') {
      ++position_.line;
      position_.column = 1;
    } else if ((c & 0xC0) != 0x80) {
      ++position_.column;
    }
  }
}

void Splitter::skipTo(std::string_view close, size_t from) {
  size_t found = script_.find(close, at_ + from);
  if (found == std::string_view::npos) {
    waitsFor_ = close;
    advance(script_.size() - at_);
  } else {
    advance(found + close.size() - at_);
  }
}

// Skips one run of space or one comment; hints are part of statements.
bool Splitter::skipSpace() {
  char c = peek();
  if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v') {
    advance(1);
  } else if ((c == '-' && peek(1) == '-') || (c == '/' && peek(1) == '/')) {
    size_t end = script_.find('\n', at_);
    advance((end == std::string_view::npos ? script_.size() : end) - at_);
  } else if (c == '/' && peek(1) == '*' && peek(2) != '+') {
    if (script_.find("*/", at_ + 2) == std::string_view::npos && !started_) begin();
    bool wasOpen = !waitsFor_.empty();
    skipTo("*/", 2);
    if (!waitsFor_.empty() && !wasOpen) end_ = at_;
  } else {
    return false;
  }
  return true;
}

void Splitter::noteWord(std::string word) {
  if (word == "CASE") ++cases_;
  if (word == "END") {
    if (cases_ > 0)
      --cases_;
    else
      inBlock_ = false;
  }
  words_.push_back(std::move(word));
  size_t count = words_.size();
  if (count == 3 && words_[0] == "BEGIN" && words_[1] == "STATEMENT" && words_[2] == "SET") {
    beginsSet_ = true;
  }
  if (count >= 3 && words_[count - 1] == "BEGIN" && words_[count - 2] == "SET" &&
      words_[count - 3] == "STATEMENT") {
    inBlock_ = true;
  }
}

void Splitter::skipWord() {
  size_t length = 0;
  auto isPart = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
  };
  while (at_ + length < script_.size() && isPart(peek(length))) ++length;
  if (length == 0) {
    advance(1);
    return;
  }
  constexpr size_t kLongestWord = 16;
  if (length <= kLongestWord) noteWord(upperCase(script_.substr(at_, length)));
  advance(length);
}

void Splitter::begin() {
  started_ = true;
  begin_ = at_;
  start_ = position_;
}

void Splitter::finish(bool terminated) {
  if (started_) {
    ScriptStatement statement;
    statement.text = script_.substr(begin_, end_ - begin_);
    statement.offset = begin_;
    statement.start = start_;
    statement.terminated = terminated;
    if (!terminated) statement.waitsFor = waitsFor_.empty() ? (inBlock_ ? "END" : ";") : waitsFor_;
    statements_.push_back(std::move(statement));
  }
  started_ = false;
  waitsFor_.clear();
  words_.clear();
  beginsSet_ = inBlock_ = false;
  cases_ = 0;
}

std::vector<ScriptStatement> Splitter::run() {
  while (at_ < script_.size()) {
    if (skipSpace()) continue;
    if (peek() == ';') {
      if (beginsSet_ && words_.size() == 3) inBlock_ = true;
      if (!inBlock_) {
        advance(1);
        finish(true);
        continue;
      }
    }
    if (!started_) begin();
    if (peek() == '\'') {
      skipTo("'", 1);
    } else if (peek() == '`') {
      skipTo("`", 1);
    } else {
      skipWord();
    }
    end_ = at_;
  }
  finish(false);
  return std::move(statements_);
}

}  // namespace

std::vector<ScriptStatement> splitStatements(std::string_view script) {
  return Splitter(script).run();
}

}  // namespace millrace
