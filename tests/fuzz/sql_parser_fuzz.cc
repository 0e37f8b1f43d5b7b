// Parses arbitrary bytes as a script, a statement, an expression and a type. Whatever parses has to
// survive being written as SQL and parsed again.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sql/parser/parser.h"

namespace millrace {

namespace {

void checkRoundTrip(const ParsedStatement& statement) {
  std::string text = statement.toString();
  auto again = parseStatement(text);
  // Quotes and parentheses that the writer adds may nest or chain deeper than the limits.
  if (!again.ok()) {
    std::string_view message = again.error().message();
    bool limit = message.starts_with("statement nests deeper") || message.starts_with("more than");
    CHECK(limit, text);
    return;
  }
  CHECK(again.value()->toString() == text, text);
  CHECK(statement.clone()->toString() == text, text);
}

}  // namespace

}  // namespace millrace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const millrace::ScriptStatement& part : millrace::splitStatements(text)) {
    auto statement = millrace::parseStatement(part.text, part.start);
    if (statement.ok())
      millrace::checkRoundTrip(*statement.value());
    else
      static_cast<void>(statement.error().describe(text));
  }
  auto expression = millrace::parseExpression(text);
  if (expression.ok()) {
    std::string written = expression.value()->toString();
    auto again = millrace::parseExpression(written);
    CHECK(!again.ok() || again.value()->toString() == written, written);
  }
  auto type = millrace::parseTypeName(text);
  if (type.ok()) {
    std::string written = type.value().toString();
    auto again = millrace::parseTypeName(written);
    CHECK(again.ok() && again.value().toString() == written, written);
  }
  return 0;
}
