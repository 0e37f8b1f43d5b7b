#include "sql/parser/sql_parser.h"

namespace millrace {

// MATCH_RECOGNIZE (..), without the alias after it.
SqlParser::TableResult SqlParser::parseMatchRecognize(std::unique_ptr<ParsedTableReference> input,
                                                      const Token& first) {
  auto match = std::make_unique<ParsedMatchRecognize>();
  raise(*match, *input);
  match->input = std::move(input);
  advance();
  TRY(expectOperator("("));
  if (accept("PARTITION")) {
    TRY(expect("BY"));
    match->partitionBy = TRY(parseExpressionList());
  }
  if (accept("ORDER")) {
    TRY(expect("BY"));
    match->orderBy = TRY(parseOrderItems());
  }
  bool outer = inMatchRecognize_;
  inMatchRecognize_ = true;
  if (accept("MEASURES")) TRY(parseMeasures(*match));
  if (nextIs("ONE") || nextIs("ALL")) {
    using Rows = ParsedMatchRecognize::RowsPerMatch;
    match->rowsPerMatch = nextIs("ONE") ? Rows::kOne : Rows::kAll;
    TRY(expect(nextIs("ONE") ? "ONE" : "ALL"));
    TRY(expect(match->rowsPerMatch == Rows::kOne ? "ROW" : "ROWS"));
    TRY(expect("PER"));
    TRY(expect("MATCH"));
  }
  if (nextIs("AFTER")) TRY(parseAfterMatch(*match));
  TRY(expect("PATTERN"));
  TRY(parseMatchPattern(*match));
  if (accept("WITHIN")) match->within = TRY(parsePrimary());
  if (accept("SUBSET")) TRY(parseSubsets(*match));
  TRY(expect("DEFINE"));
  TRY(parseDefinitions(*match));
  inMatchRecognize_ = outer;
  TRY(expectOperator(")"));
  setSpan(*match, first);
  TRY(checkHeight(*match));
  return std::unique_ptr<ParsedTableReference>(std::move(match));
}

Status SqlParser::parseMeasures(ParsedMatchRecognize& match) {
  do {
    ParsedMatchRecognize::Measure measure;
    measure.expression = TRY(parseExpression());
    TRY(expect("AS"));
    measure.alias = TRY(parseIdentifier("an alias"));
    raise(match, *measure.expression);
    match.measures.push_back(std::move(measure));
  } while (acceptOperator(","));
  return Status();
}

// AFTER MATCH SKIP {TO NEXT ROW | PAST LAST ROW | TO FIRST v | TO LAST v | TO v}
Status SqlParser::parseAfterMatch(ParsedMatchRecognize& match) {
  using After = ParsedMatchRecognize::AfterMatch;
  TRY(expect("AFTER"));
  TRY(expect("MATCH"));
  TRY(expect("SKIP"));
  if (accept("PAST")) {
    TRY(expect("LAST"));
    match.afterMatch = After::kPastLastRow;
    return expect("ROW");
  }
  if (!nextIs("TO")) return unexpectedWord("TO or PAST", {"TO", "PAST"});
  advance();
  if (accept("NEXT")) {
    match.afterMatch = After::kToNextRow;
    return expect("ROW");
  }
  match.afterMatch = After::kToLast;
  if (nextIs("FIRST") && nextIsName(1)) {
    match.afterMatch = After::kToFirst;
    advance();
  } else if (nextIs("LAST") && nextIsName(1)) {
    advance();
  }
  match.skipVariable = TRY(parseIdentifier("a pattern variable"));
  return Status();
}

// (^ alternation $)
Status SqlParser::parseMatchPattern(ParsedMatchRecognize& match) {
  TRY(expectOperator("("));
  match.strictStart = acceptOperator("^");
  match.pattern = TRY(parsePatternAlternation());
  match.strictEnd = acceptOperator("$");
  return expectOperator(")");
}

Result<ParsedPattern> SqlParser::parsePatternAlternation() {
  Nesting nesting(*this);
  TRY(nesting.check());
  ParsedPattern alternation;
  alternation.position = peek().position;
  alternation.type = ParsedPattern::Type::kAlternation;
  do {
    alternation.children.push_back(TRY(parsePatternConcatenation()));
  } while (acceptOperator("|"));
  if (alternation.children.size() > 1) return alternation;
  ParsedPattern only = std::move(alternation.children[0]);
  return only;
}

Result<ParsedPattern> SqlParser::parsePatternConcatenation() {
  ParsedPattern concatenation;
  concatenation.position = peek().position;
  concatenation.type = ParsedPattern::Type::kConcatenation;
  do {
    concatenation.children.push_back(TRY(parsePatternFactor()));
  } while (nextIsName() || nextIs("PERMUTE") || nextIsOperator("(") || nextIsOperator("{"));
  if (concatenation.children.size() > 1) return concatenation;
  ParsedPattern only = std::move(concatenation.children[0]);
  return only;
}

// variable, (pattern), PERMUTE(..) or {- pattern -}, with a quantifier.
Result<ParsedPattern> SqlParser::parsePatternFactor() {
  ParsedPattern pattern;
  pattern.position = peek().position;
  if (accept("PERMUTE")) {
    pattern.type = ParsedPattern::Type::kPermute;
    TRY(expectOperator("("));
    do {
      pattern.children.push_back(TRY(parsePatternAlternation()));
    } while (acceptOperator(","));
    TRY(expectOperator(")"));
  } else if (acceptOperator("(")) {
    ParsedPattern inner = TRY(parsePatternAlternation());
    TRY(expectOperator(")"));
    bool quantified = inner.minimum != 1 || inner.maximum != 1;
    if (quantified) {
      pattern.type = ParsedPattern::Type::kConcatenation;
      pattern.children.push_back(std::move(inner));
    } else {
      pattern = std::move(inner);
    }
  } else if (acceptOperator("{")) {
    TRY(expectOperator("-"));
    pattern.type = ParsedPattern::Type::kExclusion;
    pattern.children.push_back(TRY(parsePatternAlternation()));
    TRY(expectOperator("-"));
    TRY(expectOperator("}"));
  } else {
    pattern.variable = TRY(parseIdentifier("a pattern variable")).name;
  }
  TRY(parsePatternQuantifier(pattern));
  return pattern;
}

// * + ? {n} {n,} {n,m} {,m}, each with ? for reluctant.
Status SqlParser::parsePatternQuantifier(ParsedPattern& pattern) {
  if (acceptOperator("*")) {
    pattern.minimum = 0;
    pattern.maximum.reset();
  } else if (acceptOperator("+")) {
    pattern.maximum.reset();
  } else if (acceptOperator("?")) {
    pattern.minimum = 0;
  } else if (nextIsOperator("{") && !peek(1).isOperator("-")) {
    advance();
    bool noMinimum = nextIsOperator(",");
    pattern.minimum = noMinimum ? 0 : TRY(parseInteger("a number"));
    pattern.maximum = pattern.minimum;
    if (acceptOperator(",")) {
      pattern.maximum.reset();
      if (noMinimum || !nextIsOperator("}")) pattern.maximum = TRY(parseInteger("a number"));
    }
    TRY(expectOperator("}"));
  } else {
    return Status();
  }
  pattern.reluctant = acceptOperator("?");
  return Status();
}

Status SqlParser::parseSubsets(ParsedMatchRecognize& match) {
  do {
    ParsedMatchRecognize::Subset subset;
    subset.name = TRY(parseIdentifier("a subset name"));
    TRY(expectOperator("="));
    subset.variables = TRY(parseColumnList("a pattern variable"));
    match.subsets.push_back(std::move(subset));
  } while (acceptOperator(","));
  return Status();
}

Status SqlParser::parseDefinitions(ParsedMatchRecognize& match) {
  do {
    ParsedMatchRecognize::Definition definition;
    definition.variable = TRY(parseIdentifier("a pattern variable"));
    TRY(expect("AS"));
    definition.condition = TRY(parseExpression());
    raise(match, *definition.condition);
    match.definitions.push_back(std::move(definition));
  } while (acceptOperator(","));
  return Status();
}

}  // namespace millrace
