#include <gtest/gtest.h>
#include <zlib.h>

#include <algorithm>

#include "connectors/filesystem/file_splits.h"
#include "connectors/testing/source_harness.h"
#include "env/file_system.h"

namespace millrace {
namespace {

using connector_test::allFields;
using connector_test::SourceRun;

void writeFile(Env& env, const std::string& path, const std::string& text) {
  auto file = env.files().create(path).value();
  ASSERT_TRUE(file->append(text).ok());
  ASSERT_TRUE(file->close().ok());
}

std::string lines(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) {
    text +=
        "{\"n\":" + std::to_string(i) + ",\"pad\":\"" + std::string(size_t(i % 40), 'x') + "\"}\n";
  }
  return text;
}

ScanRequest request(OptionMap options = {}) {
  ScanRequest scan;
  scan.table.name = "t";
  scan.table.physical = {{"n", Type::integer()}};
  scan.table.options = {{"connector", "filesystem"}, {"path", "/d"}, {"format", "json"}};
  for (auto& [key, value] : options) scan.table.options[key] = value;
  scan.fields = allFields(scan.table.physical);
  return scan;
}

std::vector<std::string> numbers(int from, int to) {
  std::vector<std::string> rows;
  for (int i = from; i < to; ++i) rows.push_back(std::to_string(i));
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<std::string> sorted(std::vector<std::string> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

TEST(FileSource, SplitsAtAnySizeGiveEveryRecordOnce) {
  SimEnv env(1);
  writeFile(env, "/d/a.json", lines(0, 50));
  writeFile(env, "/d/sub/b.json", lines(50, 90) + "{\"n\":90}");
  writeFile(env, "/d/_hidden", "rubbish");
  writeFile(env, "/d/.tmp/c.json", "rubbish");
  for (const char* size : {"1", "7", "33", "100", "4 mb"}) {
    SourceRun run(request({{"source.split-size", size}}), env, 2);
    run.run();
    EXPECT_EQ(run.error, "");
    EXPECT_EQ(sorted(run.rows), numbers(0, 91)) << size;
  }
}

TEST(FileSplits, EachSubtaskHasAFileOfItsOwnAsLongAsThereAreEnough) {
  SimEnv env(1);
  for (const char* name : {"a", "b", "c"}) {
    writeFile(env, std::string("/d/") + name, std::string(name[0] == 'c' ? 25 : 15, 'x'));
  }
  FileSplitOptions options;
  options.path = "/d";
  options.splitSize = 10;
  FileSplits splits(options, env);
  auto next = [&](uint32_t subtask) {
    std::optional<FileSplit> split = splits.next(subtask).value().split;
    return split ? split->file.path + "@" + std::to_string(split->begin) : "none";
  };
  EXPECT_EQ(next(1), "/d/a@0");
  EXPECT_EQ(next(0), "/d/b@0");
  EXPECT_EQ(next(0), "/d/b@10");
  EXPECT_EQ(next(0), "/d/c@0");
  EXPECT_EQ(next(1), "/d/a@10");
  // Only one file is left: it is shared, in the order of positions.
  EXPECT_EQ(next(1), "/d/c@10");
  EXPECT_EQ(next(0), "/d/c@20");
  EXPECT_EQ(next(0), "none");
  EXPECT_EQ(next(1), "none");
}

TEST(FileSource, AByteOrderMarkIsNoPartOfACsvFile) {
  SimEnv env(1);
  writeFile(env, "/d/a.csv",
            "\xEF\xBB\xBF"
            "1,a\n\xEF\xBB\xBF"
            "2,b\n");
  writeFile(env, "/d/b.csv", "\xEF\xBB\xBF");
  writeFile(env, "/d/c.csv", "3");
  ScanRequest scan = request({{"format", "csv"}, {"csv.ignore-parse-errors", "true"}});
  scan.table.physical = {{"n", Type::integer()}};
  SourceRun run(scan, env, 1);
  run.run();
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.rows, (std::vector<std::string>{"3"}));
  scan.table.physical.push_back({"s", Type::string()});
  scan.fields = allFields(scan.table.physical);
  SourceRun both(scan, env, 1);
  both.run();
  EXPECT_EQ(both.rows, (std::vector<std::string>{"1 \"a\"", "null \"b\"", "3 null"}));
}

TEST(FileSource, AnOpenQuoteAtTheEndIsAnErrorOrDropped) {
  SimEnv env(1);
  writeFile(env, "/d/a.csv", "1,x\n2,\"open\n\n\n");
  ScanRequest scan = request({{"format", "csv"}});
  scan.table.physical = {{"n", Type::integer()}, {"s", Type::string()}};
  scan.fields = allFields(scan.table.physical);
  SourceRun strict(scan, env, 1);
  strict.run();
  EXPECT_NE(strict.error.find("closing quote"), std::string::npos);
  scan.table.options["csv.ignore-parse-errors"] = "true";
  SourceRun lenient(scan, env, 1);
  lenient.run();
  EXPECT_EQ(lenient.error, "");
  EXPECT_EQ(lenient.rows, (std::vector<std::string>{"1 \"x\""}));
}

TEST(FileSource, RestoresAtAnotherParallelism) {
  for (int stop = 0; stop < 40; stop += 3) {
    SimEnv env(1);
    writeFile(env, "/d/a.json", lines(0, 60));
    writeFile(env, "/d/b.json", lines(60, 100));
    ScanRequest scan = request({{"source.split-size", "300"}});
    SourceRun first(scan, env, 2);
    first.run(stop);
    SourceRun second(scan, env, 3, first.snapshot());
    second.run(5);
    SourceRun third(scan, env, 1, second.snapshot());
    third.run();
    EXPECT_EQ(third.error, "");
    std::vector<std::string> rows = first.rows;
    rows.insert(rows.end(), second.rows.begin(), second.rows.end());
    rows.insert(rows.end(), third.rows.begin(), third.rows.end());
    EXPECT_EQ(sorted(rows), numbers(0, 100)) << stop;
  }
}

TEST(FileSource, AVanishedFileIsAnErrorWhenItIsStillNeeded) {
  SimEnv env(1);
  writeFile(env, "/d/a.json", lines(0, 3));
  writeFile(env, "/d/b.json", lines(3, 60));
  ScanRequest scan = request();
  SourceRun first(scan, env, 1);
  first.run(3);
  std::vector<std::string> snapshot = first.snapshot();
  ASSERT_TRUE(env.files().remove("/d/a.json").ok());
  SourceRun second(scan, env, 1, snapshot);
  second.run();
  EXPECT_EQ(second.error, "");
  EXPECT_EQ(first.rows.size() + second.rows.size(), 60U);
  writeFile(env, "/d/other.json", "{}\n");
  ASSERT_TRUE(env.files().remove("/d/b.json").ok());
  SourceRun third(scan, env, 1, snapshot);
  third.run();
  EXPECT_NE(third.error.find("'/d/b.json' is gone"), std::string::npos);
}

TEST(FileSource, ADirectoryThatChangesWhileItIsRead) {
  SimEnv env(1);
  writeFile(env, "/d/a.json", lines(0, 10));
  writeFile(env, "/d/b.json", lines(10, 20));
  SourceRun run(request(), env, 1);
  run.run(1);
  // What comes after the listing is not read, and neither is what is appended.
  writeFile(env, "/d/c.json", lines(20, 30));
  writeFile(env, "/d/b.json", lines(10, 25));
  run.run();
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(sorted(run.rows), numbers(0, 20));
  SourceRun vanished(request(), env, 1);
  vanished.run(1);
  ASSERT_TRUE(env.files().remove("/d/b.json").ok());
  vanished.run();
  EXPECT_NE(vanished.error.find("/d/b.json"), std::string::npos);
  writeFile(env, "/d/b.json", lines(10, 30));
  SourceRun shortened(request(), env, 1);
  shortened.run(1);
  writeFile(env, "/d/b.json", lines(10, 15));
  shortened.run();
  EXPECT_EQ(shortened.error, "");
  EXPECT_EQ(sorted(shortened.rows).size(), 25U);
}

TEST(FileSource, ReadsGzipAndRestoresInside) {
  SimEnv env(1);
  std::string text = lines(0, 500);
  std::string packed(compressBound(text.size()) + 64, '\0');
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  writeFile(env, "/d/a.json.gz", packed);
  SourceRun first(request({{"source.split-size", "10"}}), env, 2);
  first.run(20);
  SourceRun second(request(), env, 1, first.snapshot());
  second.run();
  std::vector<std::string> rows = first.rows;
  rows.insert(rows.end(), second.rows.begin(), second.rows.end());
  EXPECT_EQ(sorted(rows), numbers(0, 500));
  writeFile(env, "/d/a.json.gz", packed.substr(0, packed.size() / 2));
  SourceRun third(request(), env, 1);
  third.run();
  EXPECT_NE(third.error.find("unexpected end"), std::string::npos);
}

TEST(FileSource, ContinuousScansFindNewFiles) {
  SimEnv env(1);
  writeFile(env, "/d/a.json", lines(0, 5));
  ScanRequest scan = request({{"source.monitor-interval", "1 s"}});
  SourceRun run(scan, env, 2);
  run.run();
  EXPECT_EQ(run.rows.size(), 5U);
  writeFile(env, "/d/b.json", lines(5, 9));
  run.run();
  EXPECT_EQ(run.rows.size(), 5U);
  env.simClock().advanceMicros(2'000'000);
  run.run();
  EXPECT_EQ(sorted(run.rows), numbers(0, 9));
  SourceRun again(scan, env, 3, run.snapshot());
  again.run();
  EXPECT_TRUE(again.rows.empty());
}

TEST(FileSource, LongRecordsPartitionsAndMetadata) {
  SimEnv env(1);
  std::string text = "{\"n\":1,\"pad\":\"" + std::string(3 << 20, 'y') + "\"}\n{\"n\":2}\n";
  writeFile(env, "/d/dt=2024-01-01/p=a%2Fb/x.json", text);
  writeFile(env, "/d/dt=2024-01-02/p=__DEFAULT_PARTITION__/y.json", "{\"n\":3}\n");
  ScanRequest scan = request();
  scan.table.physical = {{"dt", Type::date()}, {"n", Type::integer()}, {"p", Type::string()}};
  scan.table.partitionKeys = {"dt", "p"};
  scan.fields = allFields(scan.table.physical);
  scan.metadataKeys = {"file.name"};
  SourceRun run(scan, env, 1);
  run.run();
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.rows, (std::vector<std::string>{"\"2024-01-01\" 1 \"a/b\" \"x.json\"",
                                                "\"2024-01-01\" 2 \"a/b\" \"x.json\"",
                                                "\"2024-01-02\" 3 null \"y.json\""}));
}

TEST(FileSource, CsvRecordsMayHoldLineEnds) {
  SimEnv env(1);
  std::string text;
  for (int i = 0; i < 50; ++i) text += std::to_string(i) + ",\"a\nb\"\n";
  writeFile(env, "/d/a.csv", text);
  ScanRequest scan = request({{"format", "csv"}, {"source.split-size", "20"}});
  scan.table.physical = {{"n", Type::integer()}, {"s", Type::string()}};
  SourceRun run(scan, env, 2);
  run.run();
  EXPECT_EQ(run.error, "");
  EXPECT_EQ(run.rows.size(), 50U);
  writeFile(env, "/d/a.csv", "1,x\n2,\"open\n");
  SourceRun broken(scan, env, 1);
  broken.run();
  EXPECT_NE(broken.error.find("closing quote"), std::string::npos);
}

TEST(FileSource, PatternsAndMissingPaths) {
  SimEnv env(1);
  writeFile(env, "/d/x/a1.json", "{\"n\":1}\n");
  writeFile(env, "/d/x/a2.txt", "{\"n\":2}\n");
  writeFile(env, "/d/y/b1.json", "{\"n\":3}\n");
  auto read = [&](OptionMap options) {
    SourceRun run(request(std::move(options)), env, 1);
    run.run();
    return run.error.empty() ? sorted(run.rows) : std::vector<std::string>{run.error};
  };
  EXPECT_EQ(read({{"path", "/d/*/*.json"}}), (std::vector<std::string>{"1", "3"}));
  EXPECT_EQ(read({{"path", "/d/{x,z}"}}), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(read({{"path", "/d/x/a?.[jt]*"}}), (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(read({{"source.path.regex-pattern", ".*1[.]json"}}),
            (std::vector<std::string>{"1", "3"}));
  EXPECT_NE(read({{"path", "/nowhere"}})[0].find("/nowhere"), std::string::npos);
}

}  // namespace
}  // namespace millrace
