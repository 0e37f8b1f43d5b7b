// Cutting CSV text into records and fields, with the rules of Jackson's CSV parser.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/csv_options.h"

namespace millrace {

// The text of one field: a view into the input, or into `CsvScanner`'s memory when quotes or
// escapes had to be resolved (`copied`).
struct CsvField {
  std::string_view text;
  bool copied = false;
};

class CsvScanner {
 public:
  explicit CsvScanner(const CsvOptions& options) : options_(options) {}

  // Reads the record at `p` (not at `end`). Returns the position after its line end, or nullptr
  // when a quoted field is wrong; problem() says why.
  // Reads up to Buffer::kPadding bytes behind `end`.
  const char* read(const char* p, const char* end);
  const std::vector<CsvField>& fields() const { return fields_; }
  const std::string& problem() const { return problem_; }
  // The record that read() refused ended inside quotes: more text may complete it.
  bool isOpen() const { return isOpen_; }
  // After read() refused text behind a closing quote: reads on behind the first character of it, to
  // the record's end, as Jackson does. The result is that of read(); the fields mean nothing.
  const char* resume(const char* end) { return read(wrongAt_ + 1, end); }
  // When comments are allowed: the start of the next record, behind comments, blanks and empty
  // lines; may be `end`.
  const char* skipComments(const char* p, const char* end) const;

 private:
  const char* skipBlanks(const char* p, const char* end) const;
  const char* readPlain(const char* p, const char* end);
  const char* readEscaped(const char* p, const char* end);
  const char* readQuoted(const char* p, const char* end);
  std::string& scratch();
  const char* failed(const char* problem);
  const char* failedOpen();
  void add(std::string_view text, bool copied);

  const CsvOptions& options_;
  std::vector<CsvField> fields_;
  // Texts of resolved fields of this record; strings keep their place while the list grows.
  std::vector<std::unique_ptr<std::string>> scratch_;
  size_t scratchUsed_ = 0;
  std::string problem_;
  bool isOpen_ = false;
  const char* wrongAt_ = nullptr;
};

}  // namespace millrace
