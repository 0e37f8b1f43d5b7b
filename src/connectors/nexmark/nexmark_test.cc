#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "connectors/nexmark/nexmark_columns.h"
#include "connectors/nexmark/nexmark_dump.h"
#include "connectors/testing/source_harness.h"
#include "env/file_system.h"

namespace millrace {
namespace {

using connector_test::allFields;
using connector_test::SourceRun;

ScanRequest request(OptionMap options) {
  ScanRequest scan;
  scan.table.name = "t";
  scan.table.physical = nexmarkSchema();
  scan.table.options = std::move(options);
  scan.table.options["connector"] = "nexmark";
  scan.fields = allFields(scan.table.physical);
  return scan;
}

std::vector<std::string> sorted(std::vector<std::string> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(Nexmark, TheSameEventsAtAnyParallelismAndAfterRestores) {
  SimEnv env(1);
  ScanRequest scan = request({{"events", "25000"}, {"seed", "5"}});
  SourceRun whole(scan, env, 1);
  whole.run(-1, 4096);
  ASSERT_EQ(whole.rows.size(), 25'000U);
  SourceRun first(scan, env, 2);
  first.run(7, 700);
  SourceRun second(scan, env, 3, first.snapshot());
  second.run(4, 900);
  // Another rate makes other blocks.
  SourceRun third(request({{"events", "25000"}, {"seed", "5"}, {"rate", "100000"}}), env, 2,
                  second.snapshot());
  third.run(-1, 4096);
  env.simClock().advanceMicros(10'000'000);
  third.run(-1, 4096);
  std::vector<std::string> rows = first.rows;
  rows.insert(rows.end(), second.rows.begin(), second.rows.end());
  rows.insert(rows.end(), third.rows.begin(), third.rows.end());
  EXPECT_EQ(sorted(rows), sorted(whole.rows));
}

TEST(Nexmark, ProjectedFieldsEqualTheWholeRows) {
  NexmarkModel model(NexmarkOptions{});
  NexmarkColumns all(nexmarkSchema(), allFields(nexmarkSchema()));
  Batch whole = all.make(model, 1'234, 200);
  const Type& bid = nexmarkSchema()[3].type;
  for (uint32_t i = 0; i < bid.numChildren(); ++i) {
    NexmarkColumns one(nexmarkSchema(), {{{3, i}, bid.child(i)}});
    Batch batch = one.make(model, 1'234, 200);
    for (size_t row = 0; row < 200; ++row) {
      EXPECT_EQ(Value::of(*batch.column(0), row), Value::of(*whole.column(3)->child(i), row));
    }
  }
}

TEST(Nexmark, Distributions) {
  NexmarkModel model(NexmarkOptions{});
  constexpr int64_t kFirst = 1'000'000, kEvents = 500'000;
  double bids = 0, hotAuctions = 0, hotBidders = 0, low = 0, extra = 0;
  for (int64_t event = kFirst; event < kFirst + kEvents; ++event) {
    if (NexmarkModel::kindOf(event) != NexmarkKind::kBid) continue;
    ++bids;
    hotAuctions += model.bidAuction(event) % 100 == 0;
    hotBidders += model.bidder(event) % 100 == 1;
    low += model.price(event) < 10'000;
    extra += static_cast<double>(model.bidExtra(event).size());
  }
  EXPECT_EQ(bids, kEvents * 46 / 50);
  EXPECT_NEAR(hotAuctions / bids, 0.505, 0.01);
  EXPECT_NEAR(hotBidders / bids, 0.7525, 0.01);
  EXPECT_NEAR(low / bids, 1.0 / 3, 0.01);
  EXPECT_NEAR(extra / bids, 67.5, 1);
}

TEST(Nexmark, RateFollowsTheClock) {
  SimEnv env(1);
  SourceRun run(request({{"rate", "1000"}}), env, 2);
  run.run();
  size_t atStart = run.rows.size();
  EXPECT_LE(atStart, 40U);
  env.simClock().advanceMicros(1'000'000);
  run.run();
  EXPECT_NEAR(static_cast<double>(run.rows.size() - atStart), 1'000, 40);
}

TEST(NexmarkDump, DealsRoundsToParts) {
  SimEnv env(1);
  NexmarkDump dump;
  dump.events = 1'000;
  dump.parts = 3;
  dump.directory = "/n";
  ASSERT_TRUE(dumpNexmark(dump, env).ok());
  size_t records = 0;
  for (const char* part : {"/n/part-0.json", "/n/part-1.json", "/n/part-2.json"}) {
    std::string text = readFile(env.files(), part).value();
    records += static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
    EXPECT_TRUE(text.starts_with("{\"event_type\":0,\"person\":{\"id\":"));
  }
  EXPECT_EQ(records, 1'000U);
}

// What the dump writes is what the source makes.
TEST(NexmarkDump, FilesHoldTheSourcesEvents) {
  SimEnv env(1);
  SourceRun source(request({{"events", "2000"}}), env, 1);
  source.run(-1, 500);
  for (const char* format : {"json", "csv"}) {
    NexmarkDump dump;
    dump.events = 2'000;
    dump.directory = std::string("/") + format;
    dump.format = format == std::string("csv") ? NexmarkFileFormat::kCsv : NexmarkFileFormat::kJson;
    ASSERT_TRUE(dumpNexmark(dump, env).ok());
    ScanRequest scan = request({{"path", dump.directory}, {"format", format}});
    scan.table.options["connector"] = "filesystem";
    SourceRun files(scan, env, 1);
    files.run(-1, 500);
    EXPECT_EQ(files.error, "");
    EXPECT_EQ(files.rows, source.rows);
  }
}

}  // namespace
}  // namespace millrace
