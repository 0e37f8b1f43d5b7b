// Error: one entry of the catalogue (base/errors.def) with its message, hint and place.
//
// Message style: short, lower case, no full stop; names quoted with ' ; values last. The hint is a
// sentence that says what to do.
//
//   return Error(ErrorKind::kUnknownColumn, "column 'prise' not found in table 'orders'")
//       .at({3, 8}).withHint("Did you mean 'price'?");
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace millrace {

enum class ErrorKind : uint16_t {
#define MILLRACE_ERROR(name, number, label, retry) name = number,
#include "base/errors.def"
#undef MILLRACE_ERROR
};

enum class Retry : uint8_t { kNever, kBackoff, kUserAction };

// The label of a kind, such as "syntax error"; the first words of the printed message.
std::string_view errorLabel(ErrorKind kind);
Retry errorRetry(ErrorKind kind);

// A place in a SQL text: line and column count from 1, in characters (not bytes); 0 = unknown.
struct SourcePosition {
  uint32_t line = 0;
  uint32_t column = 0;
  bool known() const { return line != 0; }
  bool operator==(const SourcePosition&) const = default;
};

class [[nodiscard]] Error {
 public:
  Error(ErrorKind kind, std::string message);
  Error(const Error& other);
  Error(Error&&) noexcept = default;
  Error& operator=(const Error& other);
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  ErrorKind kind() const { return data_->kind; }
  const std::string& message() const { return data_->message; }
  const std::string& hint() const { return data_->hint; }
  SourcePosition position() const { return data_->position; }

  // Sets the position unless one is set already (the innermost place wins).
  Error&& at(SourcePosition position) &&;
  Error&& withHint(std::string hint) &&;
  // Puts text and ": " in front of the message.
  Error&& withContext(std::string_view text) &&;

  // "<label>: <message> (line 3, column 8)", then the line of `sql` with a caret when `sql` is not
  // empty and the position is known, then "hint: ..." on a line of its own.
  std::string describe(std::string_view sql = {}) const;

 private:
  struct Data {
    ErrorKind kind;
    std::string message;
    std::string hint;
    SourcePosition position;
  };
  std::unique_ptr<Data> data_;
};

}  // namespace millrace
