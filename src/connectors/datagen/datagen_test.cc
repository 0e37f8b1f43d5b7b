#include <gtest/gtest.h>

#include <algorithm>

#include "connectors/testing/source_harness.h"

namespace millrace {
namespace {

using connector_test::allFields;
using connector_test::SourceRun;

ScanRequest request(Schema schema, OptionMap options) {
  ScanRequest scan;
  scan.table.name = "t";
  scan.table.physical = std::move(schema);
  scan.table.options = std::move(options);
  scan.table.options["connector"] = "datagen";
  scan.fields = allFields(scan.table.physical);
  return scan;
}

TEST(Datagen, SequencesHaveNoGapsAfterRestores) {
  SimEnv env(1);
  ScanRequest scan = request({{"n", Type::integer()}}, {{"fields.n.kind", "sequence"},
                                                        {"fields.n.start", "1000"},
                                                        {"fields.n.end", "1999"},
                                                        {"rows-per-second", "1000000"}});
  SourceRun first(scan, env, 3);
  env.simClock().advanceMicros(10'000'000);
  first.run(20, 7);
  env.simClock().advanceMicros(10'000'000);
  first.run(20, 7);
  SourceRun second(scan, env, 2, first.snapshot());
  second.run(2, 50);
  env.simClock().advanceMicros(10'000'000);
  second.run(-1, 50);
  std::vector<std::string> rows = first.rows;
  rows.insert(rows.end(), second.rows.begin(), second.rows.end());
  std::sort(rows.begin(), rows.end());
  ASSERT_EQ(rows.size(), 1'000U);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], std::to_string(1'000 + i));
}

TEST(Datagen, RandomValuesKeepTheirBounds) {
  SimEnv env(1);
  ScanRequest scan = request({{"n", Type::integer()},
                              {"s", Type::string()},
                              {"r", Type::row({"x"}, {Type::smallint()})},
                              {"a", Type::array(Type::boolean())},
                              {"z", Type::bigint()}},
                             {{"number-of-rows", "500"},
                              {"fields.n.min", "5"},
                              {"fields.n.max", "6"},
                              {"fields.s.length", "4"},
                              {"fields.r.x.min", "1"},
                              {"fields.r.x.max", "1"},
                              {"fields.a.length", "2"},
                              {"fields.z.null-rate", "1"}});
  SourceRun run(scan, env, 1);
  run.run(1, 100);
  env.simClock().advanceMicros(1'000'000);
  run.run(-1, 100);
  ASSERT_EQ(run.error, "");
  ASSERT_EQ(run.rows.size(), 500U);
  for (const std::string& row : run.rows) {
    EXPECT_TRUE(row.starts_with("5 \"") || row.starts_with("6 \"")) << row;
    EXPECT_EQ(row.substr(7, 11), "\" {\"x\":1} [") << row;
    EXPECT_TRUE(row.ends_with("] null")) << row;
  }
}

TEST(Datagen, WrongOptionsAreErrors) {
  SimEnv env(1);
  Schema schema = {{"n", Type::integer()}};
  auto isRight = [&](OptionMap options) {
    TableDefinition table = request(schema, std::move(options)).table;
    return ConnectorCatalog::builtin().find("datagen")->validate(table, TableUse::kScan).ok();
  };
  EXPECT_TRUE(isRight({}));
  EXPECT_FALSE(isRight({{"fields.n.kind", "sequence"}}));
  EXPECT_FALSE(isRight({{"fields.n.kind", "other"}}));
  EXPECT_FALSE(isRight({{"fields.n.min", "x"}}));
  EXPECT_FALSE(isRight({{"fields.n.min", "9"}, {"fields.n.max", "1"}}));
}

}  // namespace
}  // namespace millrace
