#include <fmt/format.h>

#include "sql/ast/keywords.h"
#include "sql/ast/sql_writer.h"

namespace millrace {

namespace {

constexpr int kTermPrecedence = 40;

bool isBare(const ParsedQuery& query) {
  return query.with.empty() && query.orderBy.empty() && !query.limit && !query.offset;
}

bool isIntersect(const ParsedSetOperation& operation) {
  return operation.type == ParsedSetOperation::Type::kIntersect;
}

}  // namespace

std::string ParsedQuery::toString() const {
  SqlWriter writer;
  writer.write(*this);
  return writer.take();
}

const std::string& QueryExpansion::makeAlias(const ParsedTableReference& table) {
  return aliases.emplace(&table, fmt::format("EXPR${}", aliases.size())).first->second;
}

std::string QueryExpansion::write(const ParsedQuery& query) const {
  SqlWriter writer(this);
  writer.write(query);
  return writer.take();
}

std::string ParsedTableReference::toString() const {
  SqlWriter writer;
  writer.write(*this);
  return writer.take();
}

std::string ParsedPattern::toString() const {
  SqlWriter writer;
  writer.write(*this);
  return writer.take();
}

void SqlWriter::addClause(std::string_view keyword) {
  add(expansion_ != nullptr ? "\n" : " ");
  add(keyword);
  add(" ");
}

void SqlWriter::addPath(const std::vector<std::string>& path) {
  addList(
      path, [this](const std::string& part) { addName(part); }, ".");
}

void SqlWriter::writeIn(const ParsedQuery& query) {
  add("(");
  write(query);
  add(")");
}

void SqlWriter::write(const ParsedQuery& query) {
  if (!query.with.empty()) {
    add("WITH ");
    addList(query.with, [this](const ParsedCommonTable& table) {
      addName(table.name.name);
      add(" ");
      if (!table.columns.empty()) {
        addNames(table.columns);
        add(" ");
      }
      add("AS ");
      writeIn(*table.query);
    });
    add(" ");
  }
  writeBody(*query.body);
  if (!query.orderBy.empty()) {
    addClause("ORDER BY");
    writeOrderItems(query.orderBy);
  }
  writeRowCount(query);
}

void SqlWriter::writeRowCount(const ParsedQuery& query) {
  if (expansion_ == nullptr) {
    if (query.limit) {
      add(" LIMIT ");
      write(*query.limit);
    }
    if (!query.offset) return;
    add(" OFFSET ");
    return write(*query.offset);
  }
  if (query.offset) {
    addClause("OFFSET");
    write(*query.offset);
    add(" ROWS");
  }
  if (!query.limit) return;
  addClause("FETCH NEXT");
  write(*query.limit);
  add(" ROWS ONLY");
}

void SqlWriter::writeTableBody(const ParsedTableBody& body) {
  if (expansion_ == nullptr || !expansion_->tableColumns.contains(&body.name)) {
    add("TABLE ");
    addName(body.name);
    return writeHints(body.hints);
  }
  add("SELECT ");
  addList(expansion_->tableColumns.at(&body.name), [&](const std::string& column) {
    addPath({body.name.last(), column});
  });
  addClause("FROM");
  auto path = expansion_->tables.find(&body.name);
  addPath(path == expansion_->tables.end() ? body.name.parts : path->second);
  writeHints(body.hints);
  add(" AS ");
  addName(body.name.last());
}

void SqlWriter::writeBody(const ParsedQueryBody& body) {
  switch (body.kind) {
    case ParsedQueryBody::Kind::kSelect:
      return writeSelect(body.as<ParsedSelect>());
    case ParsedQueryBody::Kind::kValues:
      return writeValues(body.as<ParsedValues>());
    case ParsedQueryBody::Kind::kTable:
      return writeTableBody(body.as<ParsedTableBody>());
    case ParsedQueryBody::Kind::kNested:
      return writeIn(*body.as<ParsedNestedBody>().query);
    case ParsedQueryBody::Kind::kSetOperation: {
      const auto& operation = body.as<ParsedSetOperation>();
      writeSetOperand(*operation.left, operation, false);
      switch (operation.type) {
        case ParsedSetOperation::Type::kUnion:
          addClause(operation.all ? "UNION ALL" : "UNION");
          break;
        case ParsedSetOperation::Type::kIntersect:
          addClause(operation.all ? "INTERSECT ALL" : "INTERSECT");
          break;
        case ParsedSetOperation::Type::kExcept:
          addClause(operation.all ? "EXCEPT ALL" : "EXCEPT");
          break;
      }
      if (expansion_ != nullptr) out_.back() = '\n';
      return writeSetOperand(*operation.right, operation, true);
    }
  }
}

void SqlWriter::writeSetOperand(const ParsedQuery& query, const ParsedSetOperation& parent,
                                bool right) {
  bool plain = isBare(query);
  const auto* operation = query.body->tryAs<ParsedSetOperation>();
  if (plain && operation != nullptr) {
    // INTERSECT binds stronger, and operators of one strength bind to the left.
    plain =
        isIntersect(parent) ? isIntersect(*operation) && !right : isIntersect(*operation) || !right;
  }
  if (plain)
    write(query);
  else
    writeIn(query);
}

void SqlWriter::writeHints(const std::vector<ParsedHint>& hints) {
  if (hints.empty()) return;
  addClause("/*+");
  addList(hints, [this](const ParsedHint& hint) {
    addName(hint.name);
    if (hint.options.empty() && hint.words.empty()) return;
    add("(");
    addList(hint.options, [this](const ParsedOption& option) {
      addString(option.key);
      add(" = ");
      addString(option.value);
    });
    if (!hint.options.empty() && !hint.words.empty()) add(", ");
    addList(hint.words, [this](const ParsedIdentifier& word) { addString(word.name); });
    add(")");
  });
  add(" */");
}

void SqlWriter::writeSelect(const ParsedSelect& select) {
  add("SELECT");
  writeHints(select.hints);
  add(select.distinct ? " DISTINCT " : " ");
  addList(select.items, [this](const ParsedSelectItem& item) {
    write(*item.expression);
    if (item.alias.name.empty()) return;
    add(" AS ");
    addName(item.alias.name);
  });
  if (!select.from) return;
  addClause("FROM");
  write(*select.from);
  if (select.where) {
    addClause("WHERE");
    write(*select.where);
  }
  writeSelectTail(select);
}

void SqlWriter::writeSelectTail(const ParsedSelect& select) {
  if (select.grouped) {
    addClause(select.groupDistinct ? "GROUP BY DISTINCT" : "GROUP BY");
    addList(select.groupBy,
            [this](const ParsedGroupingElement& element) { writeGroupingElement(element, false); });
  }
  if (select.having) {
    addClause("HAVING");
    write(*select.having);
  }
  if (!select.windows.empty()) {
    addClause("WINDOW");
    addList(select.windows, [this](const ParsedNamedWindow& window) {
      addName(window.name.name);
      add(" AS ");
      write(window.specification);
    });
  }
  if (!select.qualify) return;
  addClause("QUALIFY");
  write(*select.qualify);
}

void SqlWriter::writeGroupingElement(const ParsedGroupingElement& element, bool insideSets) {
  using Type = ParsedGroupingElement::Type;
  if (element.type == Type::kExpressions) {
    bool empty = element.expressions.empty();
    bool parentheses = empty || (insideSets && element.expressions.size() > 1);
    if (parentheses) add("(");
    addExpressions(element.expressions);
    if (parentheses) add(")");
    return;
  }
  if (element.type == Type::kGroupingSets) add("GROUPING SETS");
  if (element.type == Type::kCube) add("CUBE");
  if (element.type == Type::kRollup) add("ROLLUP");
  add(expansion_ != nullptr ? "(" : " (");
  addList(element.children,
          [this](const ParsedGroupingElement& child) { writeGroupingElement(child, true); });
  add(")");
}

void SqlWriter::writeValues(const ParsedValues& values) {
  add("VALUES ");
  bool expanded = expansion_ != nullptr;
  addList(
      values.rows,
      [&](const std::vector<ParsedExpressionPtr>& row) {
        add(expanded ? "ROW(" : "(");
        addExpressions(row);
        add(")");
      },
      expanded ? ",\n" : ", ");
}

void SqlWriter::write(const ParsedTableReference& table) {
  writeTableBare(table);
  writeAlias(table);
}

void SqlWriter::writeAlias(const ParsedTableReference& table) {
  std::string name = table.alias.name;
  if (name.empty() && expansion_ != nullptr) {
    auto made = expansion_->aliases.find(&table);
    if (made != expansion_->aliases.end()) name = made->second;
    if (table.is<ParsedNamedTable>()) name = table.as<ParsedNamedTable>().name.last();
  }
  if (name.empty()) return;
  add(" AS ");
  addName(name);
  if (table.aliasColumns.empty()) return;
  add(" ");
  addNames(table.aliasColumns);
}

void SqlWriter::writeTableFunction(const ParsedFunctionTable& table) {
  if (table.lateral) add("LATERAL ");
  if (table.wrapped) add("TABLE(");
  const ParsedCall& call = table.function();
  bool plain = call.name.parts.size() == 1 && isPlainName(call.name.last());
  if (plain)
    add(expansion_ != nullptr ? call.upperName() : call.name.last());
  else
    addName(call.name);
  add("(");
  writeCallArguments(call);
  if (!call.withinGroup.empty()) {
    add(" ORDER BY ");
    writeOrderItems(call.withinGroup);
  }
  add(table.wrapped ? "))" : ")");
}

void SqlWriter::writeTableBare(const ParsedTableReference& table) {
  using Kind = ParsedTableReference::Kind;
  switch (table.kind) {
    case Kind::kNamed: {
      const auto& named = table.as<ParsedNamedTable>();
      if (expansion_ != nullptr && expansion_->tables.contains(&named.name))
        addPath(expansion_->tables.at(&named.name));
      else
        addName(named.name);
      writeHints(named.hints);
      if (!named.systemTime) return;
      add(" FOR SYSTEM_TIME AS OF ");
      return writeOperand(*named.systemTime, kTermPrecedence);
    }
    case Kind::kSubquery:
      if (table.as<ParsedSubqueryTable>().lateral) add("LATERAL ");
      return writeIn(*table.as<ParsedSubqueryTable>().query);
    case Kind::kFunction:
      return writeTableFunction(table.as<ParsedFunctionTable>());
    case Kind::kUnnest: {
      const auto& unnest = table.as<ParsedUnnestTable>();
      add(unnest.lateral ? "LATERAL UNNEST(" : "UNNEST(");
      addExpressions(unnest.args);
      return add(unnest.withOrdinality ? ") WITH ORDINALITY" : ")");
    }
    case Kind::kJoin: {
      const auto& join = table.as<ParsedJoin>();
      // A join has an alias only in parentheses.
      if (!join.alias.name.empty()) add("(");
      writeJoin(join);
      if (!join.alias.name.empty()) add(")");
      return;
    }
    case Kind::kMatchRecognize:
      return writeMatch(table.as<ParsedMatchRecognize>());
  }
}

void SqlWriter::writeJoin(const ParsedJoin& join) {
  using Type = ParsedJoin::Type;
  write(*join.left);
  if (join.type == Type::kComma) {
    add(expansion_ != nullptr ? ",\n" : ", ");
    return write(*join.right);
  }
  add(expansion_ != nullptr ? "\n" : " ");
  if (join.natural) add("NATURAL ");
  switch (join.type) {
    case Type::kInner:
      add("INNER JOIN ");
      break;
    case Type::kLeft:
      add("LEFT JOIN ");
      break;
    case Type::kRight:
      add("RIGHT JOIN ");
      break;
    case Type::kFull:
      add("FULL JOIN ");
      break;
    case Type::kCross:
      add("CROSS JOIN ");
      break;
    case Type::kComma:
      break;
  }
  const auto* rightJoin = join.right->tryAs<ParsedJoin>();
  bool parentheses = rightJoin != nullptr && rightJoin->alias.name.empty();
  if (parentheses) add("(");
  write(*join.right);
  if (parentheses) add(")");
  if (join.condition) {
    add(" ON ");
    write(*join.condition);
  } else if (!join.usingColumns.empty()) {
    add(" USING ");
    addNames(join.usingColumns);
  }
}

void SqlWriter::writeMatch(const ParsedMatchRecognize& match) {
  const auto* inputJoin = match.input->tryAs<ParsedJoin>();
  bool parentheses = (inputJoin != nullptr && inputJoin->alias.name.empty()) ||
                     match.input->is<ParsedMatchRecognize>();
  if (parentheses) add("(");
  write(*match.input);
  add(parentheses ? ") MATCH_RECOGNIZE (" : " MATCH_RECOGNIZE (");
  if (!match.partitionBy.empty()) {
    add("PARTITION BY ");
    addExpressions(match.partitionBy);
    add(" ");
  }
  if (!match.orderBy.empty()) {
    add("ORDER BY ");
    writeOrderItems(match.orderBy);
    add(" ");
  }
  if (!match.measures.empty()) {
    add("MEASURES ");
    addList(match.measures, [this](const ParsedMatchRecognize::Measure& measure) {
      write(*measure.expression);
      add(" AS ");
      addName(measure.alias.name);
    });
    add(" ");
  }
  using Rows = ParsedMatchRecognize::RowsPerMatch;
  if (match.rowsPerMatch == Rows::kOne) add("ONE ROW PER MATCH ");
  if (match.rowsPerMatch == Rows::kAll) add("ALL ROWS PER MATCH ");
  writeAfterMatch(match);
  add(match.strictStart ? "PATTERN (^ " : "PATTERN (");
  write(match.pattern);
  add(match.strictEnd ? " $) " : ") ");
  if (match.within) {
    add("WITHIN ");
    write(*match.within);
    add(" ");
  }
  if (!match.subsets.empty()) {
    add("SUBSET ");
    addList(match.subsets, [this](const ParsedMatchRecognize::Subset& subset) {
      addName(subset.name.name);
      add(" = ");
      addNames(subset.variables);
    });
    add(" ");
  }
  add("DEFINE ");
  addList(match.definitions, [this](const ParsedMatchRecognize::Definition& definition) {
    addName(definition.variable.name);
    add(" AS ");
    write(*definition.condition);
  });
  add(")");
}

void SqlWriter::writeAfterMatch(const ParsedMatchRecognize& match) {
  using After = ParsedMatchRecognize::AfterMatch;
  switch (match.afterMatch) {
    case After::kUnspecified:
      return;
    case After::kToNextRow:
      return add("AFTER MATCH SKIP TO NEXT ROW ");
    case After::kPastLastRow:
      return add("AFTER MATCH SKIP PAST LAST ROW ");
    case After::kToFirst:
      add("AFTER MATCH SKIP TO FIRST ");
      break;
    case After::kToLast:
      add("AFTER MATCH SKIP TO LAST ");
      break;
  }
  addName(match.skipVariable.name);
  add(" ");
}

void SqlWriter::writeQuantifier(const ParsedPattern& pattern) {
  bool once = pattern.minimum == 1 && pattern.maximum == 1;
  if (once && !pattern.reluctant) return;
  if (pattern.minimum == 0 && !pattern.maximum)
    add("*");
  else if (pattern.minimum == 1 && !pattern.maximum)
    add("+");
  else if (pattern.minimum == 0 && pattern.maximum == 1)
    add("?");
  else if (!pattern.maximum)
    add(fmt::format("{{{},}}", pattern.minimum));
  else if (pattern.maximum == pattern.minimum)
    add(fmt::format("{{{}}}", pattern.minimum));
  else
    add(fmt::format("{{{},{}}}", pattern.minimum, *pattern.maximum));
  if (pattern.reluctant) add("?");
}

void SqlWriter::write(const ParsedPattern& pattern) {
  using Type = ParsedPattern::Type;
  switch (pattern.type) {
    case Type::kVariable:
      addName(pattern.variable);
      break;
    case Type::kConcatenation:
    case Type::kAlternation: {
      std::string_view separator = pattern.type == Type::kAlternation ? " | " : " ";
      add("(");
      addList(
          pattern.children, [this](const ParsedPattern& child) { write(child); }, separator);
      add(")");
      break;
    }
    case Type::kPermute:
      add("PERMUTE(");
      addList(pattern.children, [this](const ParsedPattern& child) { write(child); });
      add(")");
      break;
    case Type::kExclusion:
      add("{- ");
      write(pattern.children[0]);
      add(" -}");
      break;
  }
  writeQuantifier(pattern);
}

}  // namespace millrace
