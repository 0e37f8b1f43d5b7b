// SQL jobs in a virtual world: one thread, a virtual clock, an order of steps drawn from a seed,
// and a disk that loses what was not synced.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

#include "env/file_system.h"
#include "env/sim/sim_env.h"
#include "env/sim/sim_file_system.h"
#include "sql/session/session.h"

namespace millrace {

namespace {

constexpr const char* kEvents =
    "CREATE TABLE events (event_type INT, person ROW<`dateTime` TIMESTAMP(3)>,"
    " auction ROW<`dateTime` TIMESTAMP(3)>,"
    " bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3)>,"
    " ts AS COALESCE(bid.`dateTime`, auction.`dateTime`, person.`dateTime`),"
    " WATERMARK FOR ts AS ts - INTERVAL '0.1' SECOND)"
    " WITH ('connector' = 'nexmark', 'events' = '{}', 'rate' = '{}',"
    " 'events-per-second-of-event-time' = '1000')";

std::string sink(const std::string& name, const std::string& columns) {
  return fmt::format(
      "CREATE TABLE {0} ({1}) WITH ('connector' = 'filesystem', 'path' = '/{0}', 'format' = 'csv')",
      name, columns);
}

class SimulatedSession {
 public:
  SimulatedSession(SimEnv& env, uint64_t seed, uint32_t parallelism)
      : session_(env, options(env, seed)) {
    set("parallelism.default", std::to_string(parallelism));
    set("table.local-time-zone", "UTC");
  }

  void set(const std::string& key, const std::string& value) {
    ASSERT_TRUE(session_.configuration().set(key, value).ok()) << key;
  }
  void run(const std::string& statement) {
    Result<StatementResult> result = session_.execute(statement);
    ASSERT_TRUE(result.ok()) << result.error().describe();
  }
  // Runs a job to its end, whichever that is; null when it could not start.
  std::shared_ptr<Job> runJob(const std::string& statement) {
    Result<StatementResult> result = session_.execute(statement);
    return result.ok() ? result.value().job : nullptr;
  }

 private:
  static SessionOptions options(SimEnv& env, uint64_t seed) {
    SessionOptions options;
    options.startJob = [&env, seed](JobGraph graph,
                                    JobOptions job) -> Result<std::shared_ptr<Job>> {
      job.latencyMillis = 0;  // time stands still while a batch is on its way
      return std::shared_ptr<Job>(
          TRY(runJobSimulated(std::move(graph), std::move(job), env, seed)));
    };
    return options;
  }

  Session session_;
};

std::string describe(const std::shared_ptr<Job>& job) {
  if (!job) return "not started";
  return job->status() == JobStatus::kFailed ? job->error().describe()
                                             : jobStatusName(job->status());
}

// The fields of all records that readers of the directory see.
std::vector<std::vector<std::string>> records(SimEnv& env, const std::string& directory) {
  std::vector<std::vector<std::string>> found;
  std::vector<FileInfo> files = env.files().list(directory).value();
  for (const FileInfo& file : files) {
    std::string name = file.path.substr(file.path.rfind('/') + 1);
    if (file.isDirectory || name[0] == '.' || name[0] == '_') continue;
    std::istringstream lines(readFile(env.files(), directory + "/" + name).value());
    for (std::string line; std::getline(lines, line);) {
      std::istringstream fields(line);
      found.emplace_back();
      for (std::string field; std::getline(fields, field, ',');) found.back().push_back(field);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

// Nexmark q12, whose windows are those of the clock: each fired window has exactly the bids that
// were read in it.
TEST(SimulatedSession, WindowsOfTheClockCountTheBidsReadInThem) {
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SimEnv env(seed);
    SimulatedSession session(env, seed, 1 + seed % 3);
    session.run(fmt::format(kEvents, 20'000, 500));
    session.run(sink("read", "bidder BIGINT, read_at TIMESTAMP(3)"));
    session.run(sink("counts", "bidder BIGINT, bids BIGINT, window_start TIMESTAMP(3)"));
    session.run(
        "CREATE TEMPORARY VIEW bids AS SELECT bid.bidder AS bidder, PROCTIME() AS read_at"
        " FROM events WHERE event_type = 2");
    auto job = session.runJob(
        "EXECUTE STATEMENT SET BEGIN"
        " INSERT INTO read SELECT bidder, CAST(read_at AS TIMESTAMP(3)) FROM bids;"
        " INSERT INTO counts SELECT bidder, COUNT(*), window_start"
        " FROM TABLE(TUMBLE(TABLE bids, DESCRIPTOR(read_at), INTERVAL '10' SECOND))"
        " GROUP BY window_start, window_end, bidder;"
        " END");
    ASSERT_TRUE(job && job->status() == JobStatus::kFinished) << describe(job);

    // "2020-01-01 00:00:17.250" falls into the window that begins at "2020-01-01 00:00:1".
    constexpr size_t kTensOfSeconds = 18;
    std::map<std::pair<std::string, std::string>, int64_t> read, fired;
    std::map<std::string, int64_t> windows;
    for (const auto& record : records(env, "/read")) {
      ++read[{record[1].substr(1, kTensOfSeconds), record[0]}];
      ++windows[record[1].substr(1, kTensOfSeconds)];
    }
    ASSERT_GE(windows.size(), 4u);
    for (const auto& record : records(env, "/counts")) {
      fired[{record[2].substr(1, kTensOfSeconds), record[0]}] += std::stoll(record[1]);
    }
    // The window that is open at the end of the input does not fire.
    std::string open = windows.rbegin()->first;
    std::erase_if(read, [&](const auto& entry) { return entry.first.first == open; });
    EXPECT_EQ(fired, read) << "seed " << seed;
  }
}

// Milliseconds of the day of a timestamp as csv has it: "2020-01-01 00:00:17.25" with quotes.
int64_t millisOf(const std::string& text) {
  int hours = 0, minutes = 0;
  double seconds = 0;
  EXPECT_EQ(std::sscanf(text.c_str() + text.find(' '), " %d:%d:%lf", &hours, &minutes, &seconds), 3)
      << text;
  return (hours * 60 + minutes) * int64_t{60'000} + std::llround(seconds * 1000);
}

// The first row of a key comes again when the key has been kept that long, and not before.
TEST(SimulatedSession, KeysLiveByTheClock) {
  constexpr int64_t kTtl = 5'000;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SimEnv env(seed);
    SimulatedSession session(env, seed, 1 + seed % 3);
    session.run(fmt::format(kEvents, 20'000, 500));
    session.run(sink("read", "bidder BIGINT, read_at TIMESTAMP(3)"));
    session.run(sink("firsts", "bidder BIGINT, read_at TIMESTAMP(3)"));
    session.run(
        "CREATE TEMPORARY VIEW bids AS SELECT bid.bidder AS bidder, PROCTIME() AS read_at"
        " FROM events WHERE event_type = 2");
    session.set("table.exec.state.ttl", fmt::format("{} ms", kTtl));
    auto job = session.runJob(
        "EXECUTE STATEMENT SET BEGIN"
        " INSERT INTO read SELECT bidder, CAST(read_at AS TIMESTAMP(3)) FROM bids;"
        " INSERT INTO firsts SELECT bidder, CAST(read_at AS TIMESTAMP(3)) FROM"
        " (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder ORDER BY read_at) AS r FROM bids)"
        " WHERE r = 1;"
        " END");
    ASSERT_TRUE(job && job->status() == JobStatus::kFinished) << describe(job);

    std::map<std::string, std::vector<int64_t>> read;
    std::multiset<std::pair<std::string, int64_t>> expected, firsts;
    for (const auto& record : records(env, "/read")) {
      read[record[0]].push_back(millisOf(record[1]));
    }
    for (auto& [bidder, times] : read) {
      std::sort(times.begin(), times.end());
      int64_t kept = INT64_MIN / 2;
      for (int64_t time : times) {
        if (time < kept + kTtl) continue;
        kept = time;
        expected.insert({bidder, time});
      }
    }
    for (const auto& record : records(env, "/firsts")) {
      firsts.insert({record[0], millisOf(record[1])});
    }
    EXPECT_EQ(firsts, expected) << "seed " << seed;
    EXPECT_GT(expected.size(), read.size() + 50);
  }
}

// Rows of a join meet while both live, each side as long as the hint says.
TEST(SimulatedSession, TheSidesOfAJoinLiveAsLongAsTheHintSays) {
  constexpr int64_t kAuctionTtl = 1'000;
  constexpr int64_t kBidTtl = 700;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    SimEnv env(seed);
    SimulatedSession session(env, seed, 1 + seed % 3);
    session.run(
        "CREATE TABLE events (event_type INT, auction ROW<id BIGINT>,"
        " bid ROW<auction BIGINT, bidder BIGINT>) WITH ('connector' = 'nexmark',"
        " 'events' = '10000', 'rate' = '500')");
    session.run(sink("auctions", "id BIGINT, read_at TIMESTAMP(3)"));
    session.run(sink("bids", "auction BIGINT, bidder BIGINT, read_at TIMESTAMP(3)"));
    session.run(sink("pairs", "id BIGINT, a TIMESTAMP(3), bidder BIGINT, b TIMESTAMP(3)"));
    session.run(
        "CREATE TEMPORARY VIEW a AS SELECT auction.id AS id,"
        " CAST(PROCTIME() AS TIMESTAMP(3)) AS read_at FROM events WHERE event_type = 1");
    session.run(
        "CREATE TEMPORARY VIEW b AS SELECT bid.auction AS auction, bid.bidder AS bidder,"
        " CAST(PROCTIME() AS TIMESTAMP(3)) AS read_at FROM events WHERE event_type = 2");
    session.set("table.exec.state.ttl", "1 h");
    auto job = session.runJob(
        fmt::format("EXECUTE STATEMENT SET BEGIN"
                    " INSERT INTO auctions SELECT * FROM a;"
                    " INSERT INTO bids SELECT * FROM b;"
                    " INSERT INTO pairs SELECT /*+ STATE_TTL('a' = '{} ms', 'b' = '{} ms') */"
                    " id, a.read_at, bidder, b.read_at FROM a JOIN b ON id = auction;"
                    " END",
                    kAuctionTtl, kBidTtl));
    ASSERT_TRUE(job && job->status() == JobStatus::kFinished) << describe(job);

    std::multimap<std::string, int64_t> auctions;
    for (const auto& record : records(env, "/auctions")) {
      auctions.insert({record[0], millisOf(record[1])});
    }
    using Pair = std::tuple<std::string, int64_t, std::string, int64_t>;
    std::multiset<Pair> expected, pairs;
    size_t tooLate = 0;
    for (const auto& record : records(env, "/bids")) {
      int64_t b = millisOf(record[2]);
      auto [first, last] = auctions.equal_range(record[0]);
      for (; first != last; ++first) {
        int64_t a = first->second;
        if (a <= b ? b < a + kAuctionTtl : a < b + kBidTtl) {
          expected.insert({record[0], a, record[1], b});
        } else {
          ++tooLate;
        }
      }
    }
    for (const auto& record : records(env, "/pairs")) {
      pairs.insert({record[0], millisOf(record[1]), record[2], millisOf(record[3])});
    }
    EXPECT_EQ(pairs, expected) << "seed " << seed;
    EXPECT_GT(expected.size(), 500u);
    EXPECT_GT(tooLate, 20u);
  }
}

constexpr const char* kCountBids =
    "INSERT INTO counts SELECT bid.auction, COUNT(*), MAX(bid.price), window_start"
    " FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(ts), INTERVAL '0.2' SECOND))"
    " WHERE event_type = 2 GROUP BY window_start, window_end, bid.auction";

void prepareCounts(SimulatedSession& session) {
  session.run(fmt::format(kEvents, 3'000, 3'000));
  session.run(
      sink("counts", "auction BIGINT, bids BIGINT, price BIGINT, window_start TIMESTAMP(3)"));
  session.set("execution.checkpointing.interval", "50 ms");
  session.set("execution.checkpointing.dir", "/checkpoints");
  session.set("execution.checkpointing.externalized-checkpoint-retention",
              "RETAIN_ON_CANCELLATION");
  // The job ends with the power; the next one goes on.
  session.set("restart-strategy.type", "none");
}

// The complete checkpoint with the highest number; the job of each start has a directory.
std::string latestCheckpoint(SimEnv& env) {
  std::pair<int, std::string> latest;
  if (!env.files().exists("/checkpoints")) return {};
  std::vector<FileInfo> jobs = env.files().list("/checkpoints").value();
  for (const FileInfo& job : jobs) {
    std::vector<FileInfo> checkpoints = env.files().list(job.path).value();
    for (const FileInfo& checkpoint : checkpoints) {
      if (!env.files().exists(checkpoint.path + "/manifest.json")) continue;
      int number = std::stoi(checkpoint.path.substr(checkpoint.path.rfind('-') + 1));
      latest = std::max(latest, {number, checkpoint.path});
    }
  }
  return latest.second;
}

// Loses the power again and again, starts from the last checkpoint at another parallelism, and has
// the same files in the end. Returns how many of the starts restored a checkpoint.
size_t runThroughCrashes(SimEnv& env, uint64_t seed) {
  size_t restored = 0;
  for (uint64_t part = 0; part < 100; ++part) {
    SimulatedSession session(env, seed + part, static_cast<uint32_t>(1 + (seed + part) % 3));
    prepareCounts(session);
    std::string latest = latestCheckpoint(env);
    if (!latest.empty()) session.set("execution.state-recovery.path", latest);
    restored += !latest.empty();
    env.simFiles().losePowerAfter(20 + env.random().next() % 400);
    auto job = session.runJob(kCountBids);
    bool finished = job && job->status() == JobStatus::kFinished;
    if (job && !finished) {
      EXPECT_EQ(job->status(), JobStatus::kFailed) << describe(job);
      EXPECT_NE(job->error().kind(), ErrorKind::kInternal) << describe(job);
    }
    job.reset();
    env.simFiles().crash();
    if (finished) return restored;
  }
  ADD_FAILURE() << "seed " << seed << " never comes to an end";
  return restored;
}

TEST(SimulatedSession, CrashesChangeNothing) {
  std::vector<std::vector<std::string>> expected;
  {
    SimEnv env(1);
    SimulatedSession session(env, 1, 1);
    prepareCounts(session);
    auto job = session.runJob(kCountBids);
    ASSERT_TRUE(job && job->status() == JobStatus::kFinished) << describe(job);
    expected = records(env, "/counts");
    ASSERT_GT(expected.size(), 500u);
  }
  size_t restored = 0;
  for (uint64_t seed = 1; seed <= 16; ++seed) {
    SimEnv env(seed);
    env.simFiles().setDelayMicros(seed % 2 == 0 ? 2'000 : 0);
    restored += runThroughCrashes(env, seed);
    ASSERT_EQ(records(env, "/counts"), expected) << "seed " << seed;
  }
  EXPECT_GT(restored, 10u);
}

}  // namespace

}  // namespace millrace
