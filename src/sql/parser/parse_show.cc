#include "sql/parser/sql_parser.h"

namespace millrace {

namespace {

using What = ParsedShow::What;

struct ShowWords {
  std::string_view first;
  std::string_view second;  // or empty
  What what;
  bool mayName;    // FROM or IN name
  bool mayFilter;  // LIKE
};

constexpr ShowWords kShowWords[] = {
    {"CATALOGS", "", What::kCatalogs, false, true},
    {"DATABASES", "", What::kDatabases, true, true},
    {"TABLES", "", What::kTables, true, true},
    {"VIEWS", "", What::kViews, true, true},
    {"MATERIALIZED", "TABLES", What::kMaterializedTables, true, true},
    {"FUNCTIONS", "", What::kFunctions, true, true},
    {"USER", "FUNCTIONS", What::kUserFunctions, true, true},
    {"PROCEDURES", "", What::kProcedures, true, true},
    {"COLUMNS", "", What::kColumns, true, true},
    {"MODELS", "", What::kModels, true, true},
    {"MODULES", "", What::kModules, false, false},
    {"FULL", "MODULES", What::kFullModules, false, false},
    {"JARS", "", What::kJars, false, false},
    {"JOBS", "", What::kJobs, false, false},
    {"CURRENT", "CATALOG", What::kCurrentCatalog, false, false},
    {"CURRENT", "DATABASE", What::kCurrentDatabase, false, false},
};

const ShowWords* wordsOf(What what) {
  for (const ShowWords& words : kShowWords) {
    if (words.what == what) return &words;
  }
  return nullptr;
}

std::vector<std::string> allShowWords() {
  std::vector<std::string> all = {"CREATE", "PARTITIONS"};
  for (const ShowWords& words : kShowWords) all.emplace_back(words.first);
  return all;
}

}  // namespace

Result<bool> SqlParser::parseShowWhat(ParsedShow& show) {
  for (const ShowWords& words : kShowWords) {
    if (!nextIs(words.first)) continue;
    if (!words.second.empty() && !peek(1).isWord(words.second)) continue;
    advance();
    if (!words.second.empty()) advance();
    show.what = words.what;
    return true;
  }
  return false;
}

SqlParser::StatementResult SqlParser::parseShow() {
  TRY(expect("SHOW"));
  auto show = std::make_unique<ParsedShow>();
  if (accept("CREATE")) {
    TRY(parseShowCreate(*show));
  } else if (accept("PARTITIONS")) {
    show->what = What::kPartitions;
    show->name = TRY(parseName("a table name"));
    if (accept("PARTITION")) show->partition = TRY(parsePartition());
  } else if (nextIs("CONNECTIONS")) {
    return parseGeneric("SHOW CONNECTIONS");
  } else if (TRY(parseShowWhat(*show))) {
    TRY(parseShowFilter(*show));
  } else {
    return unexpectedWord("what to show, such as TABLES", allShowWords());
  }
  return std::unique_ptr<ParsedStatement>(std::move(show));
}

Status SqlParser::parseShowCreate(ParsedShow& show) {
  if (accept("TABLE"))
    show.what = What::kCreateTable;
  else if (accept("VIEW"))
    show.what = What::kCreateView;
  else if (accept("CATALOG"))
    show.what = What::kCreateCatalog;
  else if (accept("MODEL"))
    show.what = What::kCreateModel;
  else if (accept("MATERIALIZED", "TABLE"))
    show.what = What::kCreateMaterializedTable;
  else
    return unexpectedWord("TABLE, VIEW or CATALOG", {"TABLE", "VIEW", "CATALOG"});
  show.name = TRY(parseName("a name"));
  return Status();
}

// [{FROM | IN} name] [[NOT] {LIKE | ILIKE} 'pattern']
Status SqlParser::parseShowFilter(ParsedShow& show) {
  const ShowWords* words = wordsOf(show.what);
  if (words->mayName && (nextIs("FROM") || nextIs("IN"))) {
    advance();
    show.name = TRY(parseName("a name"));
  } else if (show.what == What::kColumns) {
    return unexpectedWord("FROM or IN", {"FROM", "IN"});
  }
  if (!words->mayFilter) return Status();
  show.negated = accept("NOT");
  if (!nextIs("LIKE") && !nextIs("ILIKE")) {
    if (show.negated) return unexpected("LIKE or ILIKE");
    return Status();
  }
  show.ignoreCase = nextIs("ILIKE");
  advance();
  show.like = TRY(parseString("a pattern in quotes"));
  return Status();
}

// {DESCRIBE | DESC} [CATALOG | DATABASE | JOB | FUNCTION | MODEL | TABLE] [EXTENDED] name
SqlParser::StatementResult SqlParser::parseDescribe() {
  using Object = ParsedDescribe::Object;
  advance();
  if (nextStartsQuery() && !nextIs("TABLE")) {
    auto explain = std::make_unique<ParsedExplain>();
    explain->statement = TRY(parseStatement());
    raise(*explain, *explain->statement);
    return std::unique_ptr<ParsedStatement>(std::move(explain));
  }
  auto describe = std::make_unique<ParsedDescribe>();
  if (nextIs("JOB") && peek(1).kind == Token::Kind::kString) {
    describe->object = Object::kJob;
    advance();
    const Token first = peek();
    describe->name.parts.push_back(TRY(parseString("a job identifier in quotes")));
    setSpan(describe->name, first);
    return std::unique_ptr<ParsedStatement>(std::move(describe));
  }
  if (nextIs("CONNECTION") && nextIsName(1)) return parseGeneric("DESCRIBE CONNECTION");
  bool wordIsObject = nextIsName(1) || peek(1).isWord("EXTENDED");
  if (nextIs("CATALOG") && wordIsObject)
    describe->object = Object::kCatalog;
  else if (nextIs("DATABASE") && wordIsObject)
    describe->object = Object::kDatabase;
  else if (nextIs("MODEL") && wordIsObject)
    describe->object = Object::kModel;
  else if (nextIs("FUNCTION"))
    describe->object = Object::kFunction;
  if (describe->object != Object::kTable || nextIs("TABLE")) advance();
  describe->extended = accept("EXTENDED");
  describe->name = TRY(parseName("a name"));
  return std::unique_ptr<ParsedStatement>(std::move(describe));
}

}  // namespace millrace
