// The SQL front end: text to syntax tree. All functions are thread safe and never fail a CHECK for
// any input: bad text is an Error (kSyntax, or kUnsupported for syntax we know and do not support)
// with its position.
//
//   for (const ScriptStatement& part : splitStatements(script)) {
//     std::unique_ptr<ParsedStatement> statement = TRY(parseStatement(part.text, part.start));
//     ...
//   }
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/ast/statement.h"

namespace millrace {

// One statement of a script.
struct ScriptStatement {
  // From the first word to the last, without the closing semicolon.
  std::string text;
  // Where `text` starts in the script, in bytes.
  size_t offset = 0;
  SourcePosition start;
  // A semicolon closes it. Only the last statement of a script may be open.
  bool terminated = true;
  // What an open statement still waits for: "'", "`", "*/", "END" or ";".
  std::string waitsFor;
};

// Splits a script at the semicolons that are not inside strings, names, comments or the BEGIN ..
// END of a statement set. Empty statements are left out. Never fails: text that is no SQL ends up
// in a statement that does not parse.
std::vector<ScriptStatement> splitStatements(std::string_view script);

// A command of the interactive shell rather than SQL: QUIT, EXIT, CLEAR or HELP (with or without a
// semicolon, in any case). Returns it in upper case, or an empty string.
std::string clientCommand(std::string_view text);

// The words that types begin with, to suggest for a misspelled one.
std::vector<std::string> typeWords();

// Parses one statement, with or without semicolons at its end. `start` is the position of the first
// character of `text`; every position counts from there.
Result<std::unique_ptr<ParsedStatement>> parseStatement(std::string_view text,
                                                        SourcePosition start = {1, 1});

// The same for parts of statements: the query of a view, the expression of a stored column, a type.
Result<std::unique_ptr<ParsedQuery>> parseQuery(std::string_view text,
                                                SourcePosition start = {1, 1});
Result<std::unique_ptr<ParsedExpression>> parseExpression(std::string_view text,
                                                          SourcePosition start = {1, 1});
Result<ParsedTypeName> parseTypeName(std::string_view text, SourcePosition start = {1, 1});

}  // namespace millrace
