#include "sql/parser/parser.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

// The statement written as SQL; checks that this text is stable and that copies are equal.
std::string roundTrip(std::string_view sql) {
  auto statement = parseStatement(sql);
  if (!statement.ok()) return statement.error().describe(sql);
  std::string text = statement.value()->toString();
  auto again = parseStatement(text);
  if (!again.ok()) return again.error().describe(text);
  EXPECT_EQ(again.value()->toString(), text);
  EXPECT_EQ(statement.value()->clone()->toString(), text);
  return text;
}

std::string expressionOf(std::string_view sql) {
  auto expression = parseExpression(sql);
  return expression.ok() ? expression.value()->toString() : expression.error().describe();
}

std::string errorOf(std::string_view sql) {
  auto statement = parseStatement(sql);
  return statement.ok() ? "ok" : statement.error().describe();
}

TEST(ParserTest, PrecedenceFollowsTheDialect) {
  EXPECT_EQ(expressionOf("a OR b AND NOT c = d"), "`a` OR `b` AND NOT `c` = `d`");
  EXPECT_EQ(expressionOf("(a || b) + c"), "`a` || `b` + `c`");
  EXPECT_EQ(expressionOf("a || (b + c)"), "`a` || (`b` + `c`)");
  EXPECT_EQ(expressionOf("(a = b) IS NULL"), "`a` = `b` IS NULL");
  EXPECT_EQ(expressionOf("a = (b IS NULL)"), "`a` = (`b` IS NULL)");
  EXPECT_EQ(expressionOf("a = (b IN (1))"), "`a` = `b` IN (1)");
  EXPECT_EQ(expressionOf("(a = b) IN (1)"), "(`a` = `b`) IN (1)");
  EXPECT_EQ(expressionOf("a - (b - c)"), "`a` - (`b` - `c`)");
  EXPECT_EQ(expressionOf("a BETWEEN b AND c AND d"), "`a` BETWEEN `b` AND `c` AND `d`");
  EXPECT_EQ(expressionOf("- - a * -1"), "- -`a` * -1");
}

TEST(ParserTest, ExpressionsRoundTrip) {
  for (const char* sql : {
           "CASE `a` WHEN 1, 2 THEN 'x' ELSE 'it''s' END",
           "CASE WHEN `a` > 1 THEN `b` END",
           "CAST(`a` AS DECIMAL(10, 2))",
           "TRY_CAST(`a` AS ROW<`x` INT NOT NULL, `y` ARRAY<MAP<STRING, BYTES>>>)",
           "EXTRACT(DOW FROM `a`)",
           "POSITION('a' IN `b` FROM 2)",
           "SUBSTRING(`a`, 1, 2)",
           "TRIM(LEADING 'x' FROM `a`)",
           "OVERLAY(`a` PLACING 'b' FROM 1 FOR 2)",
           "FLOOR(`a` TO HOUR)",
           "TIMESTAMPADD(DAY, 1, `a`)",
           "CURRENT_TIMESTAMP",
           "JSON_VALUE(`a`, '$.x' RETURNING INT NULL ON EMPTY DEFAULT 1 ON ERROR)",
           "JSON_QUERY(`a`, '$' WITH CONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON EMPTY)",
           "JSON_EXISTS(`a`, '$.x' FALSE ON ERROR)",
           "JSON_OBJECT(KEY 'a' VALUE 1, KEY `b` VALUE JSON_ARRAY(1, 2) ABSENT ON NULL)",
           "JSON_OBJECT(NULL ON NULL)",
           "JSON_OBJECTAGG(KEY `a` VALUE `b`)",
           "`a` IS NOT JSON OBJECT",
           "COUNT(DISTINCT `a`) FILTER (WHERE `b` > 1)",
           "LISTAGG(`a`, ',') WITHIN GROUP (ORDER BY `b` DESC NULLS LAST)",
           "SUM(`a`) OVER (PARTITION BY `b` ORDER BY `c` ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
           "SUM(`a`) OVER `w`",
           "LAST_VALUE(`a`) IGNORE NULLS OVER (ORDER BY `b`)",
           "ARRAY[1, 2][1]",
           "MAP['a', 1]['a']",
           "ROW(1, 'x').`f0`",
           "(`a`, `b`) IN (SELECT 1, 2)",
           "`a` = SOME (SELECT 1)",
           "`a` NOT LIKE 'x%' ESCAPE '!'",
           "`a` NOT SIMILAR TO 'x'",
           "`a` IS NOT DISTINCT FROM `b`",
           "`a` NOT BETWEEN SYMMETRIC 1 AND 2",
           "INTERVAL -'1 10:00:00.5' DAY(3) TO SECOND(6)",
           "DATE '2024-01-01'",
           "X'00FF'",
           "1.5E-3",
           "NOT EXISTS (SELECT 1)",
           "`cat`.`db`.`f`(`x` => 1, `y` => DEFAULT)",
           "`order`.`we``ird`",
       }) {
    EXPECT_EQ(expressionOf(sql), sql);
  }
}

TEST(ParserTest, LiteralsAreDecoded) {
  auto text = parseExpression("U&'d\\0061t\\00e4' ");
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(text.value()->as<ParsedLiteral>().text, "dat\u00e4");
  auto bytes = parseExpression("x'41ff'");
  ASSERT_TRUE(bytes.ok());
  EXPECT_EQ(bytes.value()->as<ParsedLiteral>().text, "A\xff");
  auto joined = parseExpression("'a'\n  'b'");
  ASSERT_TRUE(joined.ok());
  EXPECT_EQ(joined.value()->as<ParsedLiteral>().text, "ab");
}

TEST(ParserTest, QueriesRoundTrip) {
  for (const char* sql : {
           "SELECT /*+ `STATE_TTL`('a' = '1d') */ DISTINCT `a` AS `b`, `t`.*, * FROM `t`",
           "SELECT `a` FROM `t` /*+ `OPTIONS`('k' = 'v') */ AS `x` (`a`)",
           "SELECT * FROM `a`, `b` LEFT JOIN `c` ON `b`.`x` = `c`.`x`",
           "SELECT * FROM `a` INNER JOIN `b` USING (`x`, `y`) CROSS JOIN `c`",
           "SELECT * FROM `a` NATURAL FULL JOIN `b`",
           "SELECT * FROM `a` INNER JOIN (`b` LEFT JOIN `c` ON TRUE) ON FALSE",
           "SELECT * FROM `a` LEFT JOIN LATERAL TABLE(f(`x`)) AS `t` (`y`) ON TRUE",
           "SELECT * FROM `a` CROSS JOIN UNNEST(`x`) WITH ORDINALITY AS `t` (`y`, `i`)",
           "SELECT * FROM `a` LEFT JOIN `d` FOR SYSTEM_TIME AS OF `a`.`p` AS `d` ON TRUE",
           "SELECT * FROM TABLE(TUMBLE(TABLE `t`, DESCRIPTOR(`ts`), INTERVAL '5' MINUTE))",
           "SELECT * FROM HOP(`DATA` => TABLE `t`, `SIZE` => INTERVAL '1' HOUR)",
           "SELECT * FROM TABLE(SESSION(TABLE `t` PARTITION BY (`k`), DESCRIPTOR(`ts`), `g`))",
           "SELECT `a` FROM `t` WHERE `b` GROUP BY GROUPING SETS ((`a`, `b`), `a`, ()), `c`",
           "SELECT `a` FROM `t` GROUP BY ROLLUP (`a`, CUBE (`b`)) HAVING COUNT(*) > 1",
           "SELECT SUM(`a`) OVER `w` FROM `t` WINDOW `w` AS (PARTITION BY `b`) QUALIFY `x` = 1",
           "SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT (SELECT 4 UNION SELECT 5)",
           "(SELECT 1 LIMIT 2) ORDER BY 1 DESC LIMIT 3 OFFSET 4",
           "(SELECT 1 LIMIT 2) UNION SELECT 3",
           "WITH `x` (`a`) AS (SELECT 1), `y` AS (TABLE `x`) SELECT * FROM `y`",
           "VALUES (1, 'a'), (2, NULL)",
           "SELECT * FROM (VALUES (1)) AS `t` (`a`)",
           "SELECT * FROM `t` MATCH_RECOGNIZE (PARTITION BY `a` ORDER BY `ts` MEASURES "
           "FINAL LAST(`B`.`x`, 1) AS `y` ONE ROW PER MATCH AFTER MATCH SKIP TO FIRST `B` PATTERN "
           "((`A` `B`+? (`C` | `D`){2,3} PERMUTE(`E`, `F`)? {- `G` -})) WITHIN INTERVAL '1' HOUR "
           "SUBSET `S` = (`A`, `B`) DEFINE `A` AS `A`.`x` > PREV(`A`.`x`, 1)) AS `m`",
       }) {
    EXPECT_EQ(roundTrip(sql), sql);
  }
  EXPECT_EQ(roundTrip("SELECT ((SELECT 1) UNION SELECT 2), a IN ((SELECT 3))"),
            "SELECT (SELECT 1 UNION SELECT 2), `a` IN (SELECT 3)");
  EXPECT_EQ(roundTrip("SELECT * FROM ((SELECT 1) UNION SELECT 2) AS x JOIN ((a)) ON TRUE"),
            "SELECT * FROM (SELECT 1 UNION SELECT 2) AS `x` INNER JOIN `a` ON TRUE");
}

TEST(ParserTest, StatementsRoundTrip) {
  for (const char* sql : {
           "CREATE TEMPORARY TABLE IF NOT EXISTS `a`.`b` (`x` INT NOT NULL PRIMARY KEY NOT "
           "ENFORCED COMMENT 'c', `y` AS `x` + 1, `z` STRING METADATA FROM 'k' VIRTUAL, "
           "WATERMARK FOR `t` AS `t` - INTERVAL '5' SECOND, CONSTRAINT `u` UNIQUE (`x`) ENFORCED) "
           "COMMENT 't' DISTRIBUTED BY HASH(`x`) INTO 4 BUCKETS PARTITIONED BY (`x`) WITH "
           "('k' = 'v') LIKE `s` "
           "(INCLUDING ALL EXCLUDING OPTIONS)",
           "CREATE TABLE `t` (`b`, `a`) WITH ('k' = 'v') AS SELECT 1, 2",
           "CREATE TABLE `t` (`a` TIMESTAMP(3), `b` TIMESTAMP_LTZ(3), `c` RAW('x', 'y'), `d` "
           "STRUCTURED<'c', `e` INT>, `f` INTERVAL DAY(2) TO SECOND(3), `g` MULTISET<INT>)",
           "CREATE OR REPLACE VIEW `v` (`a`, `b`) COMMENT 'c' AS SELECT 1, 2",
           "CREATE TEMPORARY SYSTEM FUNCTION `f` AS 'c' LANGUAGE JAVA USING JAR 'a', JAR 'b'",
           "CREATE CATALOG IF NOT EXISTS `c` WITH ('type' = 'x')",
           "DROP TEMPORARY VIEW IF EXISTS `v`",
           "DROP DATABASE `d` CASCADE",
           "ALTER TABLE `t` ADD (`a` INT FIRST, `b` AS 1 AFTER `a`, PRIMARY KEY (`a`) NOT "
           "ENFORCED)",
           "ALTER TABLE `t` DROP (`a`, `b`)",
           "ALTER TABLE `t` RESET ('a', 'b')",
           "ALTER TABLE IF EXISTS `t` RENAME TO `u`",
           "ALTER VIEW `v` AS SELECT 1",
           "INSERT OVERWRITE `t` PARTITION (`p` = 1) (`a`, `b`) SELECT 1, 2",
           "INSERT INTO `t` VALUES (1, DEFAULT) ON CONFLICT DO NOTHING",
           "EXECUTE INSERT INTO `t` SELECT 1",
           "EXECUTE STATEMENT SET BEGIN INSERT INTO `a` SELECT 1; INSERT INTO `b` SELECT 2; END",
           "EXPLAIN ESTIMATED_COST, CHANGELOG_MODE SELECT 1",
           "EXPLAIN STATEMENT SET BEGIN INSERT INTO `a` SELECT 1; END",
           "SHOW TABLES FROM `c`.`d` NOT LIKE 'x%'",
           "SHOW COLUMNS FROM `t` ILIKE 'x'",
           "SHOW CREATE TABLE `t`",
           "SHOW CURRENT CATALOG",
           "DESCRIBE EXTENDED `t`",
           "SET 'a' = 'b'",
           "RESET",
           "USE CATALOG `c`",
           "STOP JOB 'x' WITH SAVEPOINT WITH DRAIN",
           "ANALYZE TABLE t COMPUTE STATISTICS",
       }) {
    EXPECT_EQ(roundTrip(sql), sql);
  }
  EXPECT_EQ(roundTrip("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;"),
            "EXECUTE STATEMENT SET BEGIN INSERT INTO `a` SELECT 1; END");
  EXPECT_EQ(roundTrip("SET table.exec.x-y = 10 s;"), "SET 'table.exec.x-y' = '10 s'");
  EXPECT_EQ(roundTrip("EXPLAIN PLAN FOR SELECT 1"), "EXPLAIN SELECT 1");
}

TEST(ParserTest, NodesKnowTheirPlaceAndText) {
  std::string sql = "SELECT 'ä',\n  a + b.c AS d FROM t";
  auto statement = parseStatement(sql, {5, 3});
  ASSERT_TRUE(statement.ok());
  EXPECT_EQ(statement.value()->position, (SourcePosition{5, 3}));
  EXPECT_EQ(statement.value()->text, sql);
  const ParsedQuery& query = *statement.value()->as<ParsedQueryStatement>().query;
  const ParsedSelect& select = query.body->as<ParsedSelect>();
  const ParsedExpression& sum = *select.items[1].expression;
  EXPECT_EQ(sum.position, (SourcePosition{6, 3}));
  EXPECT_EQ(sql.substr(sum.begin, sum.end - sum.begin), "a + b.c");
  const ParsedExpression& right = *sum.as<ParsedBinary>().right;
  EXPECT_EQ(right.position, (SourcePosition{6, 7}));
  EXPECT_EQ(right.height, 1u);
  EXPECT_EQ(sum.height, 2u);
}

TEST(ParserTest, ErrorsSayWhatWasFoundAndExpected) {
  EXPECT_EQ(errorOf("SELECT a FORM t"),
            "syntax error: unexpected 'FORM', expected FROM (line 1, column 10)\n"
            "hint: Did you mean 'FROM'?");
  EXPECT_EQ(errorOf("SELEC a FROM t"),
            "syntax error: unexpected 'SELEC', expected a statement (line 1, column 1)\n"
            "hint: Did you mean 'SELECT'?");
  EXPECT_EQ(errorOf("SELECT a FROM t WHERE"),
            "syntax error: unexpected end of statement, expected an expression "
            "(line 1, column 22)");
  EXPECT_EQ(errorOf("SELECT a AS value FROM t"),
            "syntax error: unexpected 'value', expected an alias (line 1, column 13)\n"
            "hint: VALUE is a reserved word; quote it with back-ticks to use it as a name: "
            "`value`.");
  EXPECT_EQ(errorOf("SELECT 1 FROM t\nWHERE a != b"),
            "syntax error: unexpected '!=' (line 2, column 9)\n"
            "hint: Write <> for 'not equal'.");
  EXPECT_EQ(errorOf("SELECT a LIKE b IN (c)"),
            "syntax error: unexpected 'IN' after a predicate (line 1, column 17)\n"
            "hint: Put parentheses around the predicate that comes first.");
  EXPECT_EQ(errorOf("SELECT (a LIKE b) IN (c)"), "ok");
  EXPECT_EQ(errorOf("SELECT \"a\""),
            "syntax error: unexpected double quote (line 1, column 8)\n"
            "hint: Quote names with back-ticks (`name`) and strings with single quotes ('text').");
  EXPECT_EQ(errorOf("SELECT 'abc"),
            "syntax error: string is not closed with a quote (line 1, column 8)");
  EXPECT_EQ(errorOf("SELECT 1 WHERE FALSE"),
            "syntax error: unexpected 'WHERE', expected FROM (line 1, column 10)\n"
            "hint: WHERE needs a FROM clause before it.");
  EXPECT_EQ(errorOf("SELECT a FROM t WHERE b WHERE c"),
            "syntax error: unexpected 'WHERE', expected the end of the statement "
            "(line 1, column 25)");
  EXPECT_EQ(errorOf("SELECT a, FROM t"),
            "syntax error: unexpected 'FROM', expected an expression (line 1, column 11)\n"
            "hint: Remove the comma before FROM.");
  EXPECT_EQ(errorOf("CREATE TABLE t (a INTT) WIHT ('a' = 'b')"),
            "syntax error: unexpected 'WIHT', expected the end of the statement "
            "(line 1, column 25)\nhint: Did you mean 'WITH'?");
  EXPECT_EQ(errorOf("SELECT * FROM t TABLESAMPLE SYSTEM(5)"),
            "unsupported: TABLESAMPLE (line 1, column 17)");
}

TEST(ParserTest, ReportsTheMistakeBeforeAnOpenString) {
  EXPECT_EQ(errorOf("CREATE TABLE t (a INT)\nWITH ('k' = 'v,\n  'path' = 'x');\nSELECT 'y'"),
            "syntax error: unexpected 'path', expected ')' (line 3, column 4)\n"
            "hint: Is a quote missing? The string before this begins at line 2, column 13.");
  EXPECT_EQ(errorOf("SELECT a b c FROM t WHERE d = 'e"),
            "syntax error: unexpected 'c', expected the end of the statement (line 1, column 12)");
  EXPECT_EQ(errorOf("SELECT a FROM t WHERE d = 'e"),
            "syntax error: string is not closed with a quote (line 1, column 27)");
}

TEST(ParserTest, DeepInputIsAnError) {
  auto repeat = [](std::string_view text, size_t count) {
    std::string out;
    for (size_t i = 0; i < count; ++i) out += text;
    return out;
  };
  constexpr size_t kMany = 100000;
  for (const std::string& sql :
       {"SELECT " + repeat("(", kMany), "SELECT " + repeat("- ", kMany) + "1",
        "SELECT " + repeat("NOT ", kMany) + "a", "SELECT 1" + repeat(" + 1", kMany),
        "SELECT a" + repeat("[1]", kMany), "SELECT 1" + repeat(" UNION SELECT 1", kMany),
        "SELECT * FROM a" + repeat(" CROSS JOIN a", kMany), "SELECT * FROM " + repeat("(", kMany),
        "SELECT CAST(a AS " + repeat("ARRAY<", kMany), "SELECT " + repeat("f(", kMany),
        "SELECT CAST(a AS INT" + repeat(" ARRAY", kMany), "SELECT " + repeat("CASE ", kMany),
        repeat("(", kMany), repeat("EXPLAIN ", kMany) + "SELECT 1",
        "SELECT a FROM t GROUP BY " + repeat("CUBE (", kMany)}) {
    auto statement = parseStatement(sql);
    ASSERT_FALSE(statement.ok());
    std::string message = statement.error().message();
    bool limit = message.starts_with("statement nests deeper") || message.starts_with("more than");
    EXPECT_TRUE(limit) << message;
  }
  EXPECT_TRUE(parseStatement("SELECT 1" + repeat(" + 1", 900)).ok());
  EXPECT_TRUE(parseStatement("SELECT " + repeat("(", 90) + "1" + repeat(")", 90)).ok());
}

TEST(SplitStatementsTest, SplitsAtSemicolons) {
  auto parts = splitStatements(
      "-- comment; here\nSELECT ';', `;` /* ; */ ;\n ;; EXECUTE STATEMENT SET BEGIN\n"
      "INSERT INTO a SELECT CASE WHEN x THEN 1 END; INSERT INTO b SELECT 2; END; SELECT 3");
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].text, "SELECT ';', `;`");
  EXPECT_EQ(parts[0].start, (SourcePosition{2, 1}));
  EXPECT_EQ(parts[0].offset, 17u);
  EXPECT_TRUE(parts[0].terminated);
  EXPECT_TRUE(parts[1].text.ends_with("SELECT 2; END")) << parts[1].text;
  EXPECT_EQ(parts[1].start, (SourcePosition{3, 5}));
  EXPECT_EQ(parts[2].text, "SELECT 3");
  EXPECT_FALSE(parts[2].terminated);
  EXPECT_EQ(parts[2].waitsFor, ";");
}

TEST(SplitStatementsTest, SaysWhatAnOpenStatementWaitsFor) {
  auto waitsFor = [](std::string_view script) { return splitStatements(script).back().waitsFor; };
  EXPECT_EQ(waitsFor("SELECT 'a;"), "'");
  EXPECT_EQ(waitsFor("SELECT `a;"), "`");
  EXPECT_EQ(waitsFor("SELECT 1 /* a;"), "*/");
  EXPECT_EQ(waitsFor("BEGIN STATEMENT SET; INSERT INTO a SELECT 1;"), "END");
  EXPECT_EQ(waitsFor("SELECT 1"), ";");
  EXPECT_TRUE(splitStatements("-- nothing\n ; ").empty());
  EXPECT_EQ(splitStatements("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;").size(), 1u);
}

TEST(ClientCommandTest, RecognisesCommands) {
  EXPECT_EQ(clientCommand(" quit ;\n"), "QUIT");
  EXPECT_EQ(clientCommand("HELP"), "HELP");
  EXPECT_EQ(clientCommand("SELECT 1"), "");
}

}  // namespace
}  // namespace millrace
