#include "sql/parser/parser.h"

#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"

namespace millrace {

Result<std::unique_ptr<ParsedStatement>> parseStatement(std::string_view text,
                                                        SourcePosition start) {
  std::vector<Token> tokens = TRY(tokenize(text, start));
  return SqlParser(text, std::move(tokens)).parseWholeStatement();
}

Result<std::unique_ptr<ParsedQuery>> parseQuery(std::string_view text, SourcePosition start) {
  std::vector<Token> tokens = TRY(tokenize(text, start));
  return SqlParser(text, std::move(tokens)).parseWholeQuery();
}

Result<std::unique_ptr<ParsedExpression>> parseExpression(std::string_view text,
                                                          SourcePosition start) {
  std::vector<Token> tokens = TRY(tokenize(text, start));
  return SqlParser(text, std::move(tokens)).parseWholeExpression();
}

Result<ParsedTypeName> parseTypeName(std::string_view text, SourcePosition start) {
  std::vector<Token> tokens = TRY(tokenize(text, start));
  return SqlParser(text, std::move(tokens)).parseWholeType();
}

std::string clientCommand(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n;";
  size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  text = text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
  std::string command = upperCase(text);
  if (command == "QUIT" || command == "EXIT" || command == "CLEAR" || command == "HELP") {
    return command;
  }
  return {};
}

}  // namespace millrace
