#include "sql/parser/parser.h"

#include <fmt/format.h>

#include <utility>

#include "sql/ast/keywords.h"
#include "sql/parser/sql_parser.h"

namespace millrace {

namespace {

bool isBefore(SourcePosition a, SourcePosition b) {
  return a.line < b.line || (a.line == b.line && a.column < b.column);
}

// A quote that is missing turns all strings behind it inside out, and the last one is then open:
// what does not fit the grammar before that is nearer to the mistake.
Error firstProblem(Error open, const Error& earlier, const std::vector<Token>& tokens) {
  if (!earlier.position().known() || !isBefore(earlier.position(), open.position())) return open;
  Error error = earlier;
  for (size_t i = 1; i < tokens.size(); ++i) {
    const Token& string = tokens[i - 1];
    if (tokens[i].position != error.position() || string.kind != Token::Kind::kString) continue;
    return std::move(error).withHint(
        fmt::format("Is a quote missing? The string before this begins at line {}, column {}.",
                    string.position.line, string.position.column));
  }
  return error;
}

template <typename Parse>
auto parseWhole(std::string_view text, SourcePosition start, Parse parse)
    -> decltype(parse(std::declval<SqlParser&>())) {
  std::vector<Token> before;
  Result<std::vector<Token>> tokens = tokenize(text, start, &before);
  if (tokens.ok()) {
    SqlParser parser(text, std::move(tokens).value());
    return parse(parser);
  }
  Error open = std::move(tokens).error();
  if (before.empty()) return open;
  SqlParser parser(text, before);
  auto parsed = parse(parser);
  if (parsed.ok()) return open;
  return firstProblem(std::move(open), parsed.error(), before);
}

}  // namespace

Result<std::unique_ptr<ParsedStatement>> parseStatement(std::string_view text,
                                                        SourcePosition start) {
  return parseWhole(text, start, [](SqlParser& parser) { return parser.parseWholeStatement(); });
}

Result<std::unique_ptr<ParsedQuery>> parseQuery(std::string_view text, SourcePosition start) {
  return parseWhole(text, start, [](SqlParser& parser) { return parser.parseWholeQuery(); });
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
