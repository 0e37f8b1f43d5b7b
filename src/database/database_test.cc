#include "database/database.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "database/record_table.h"

namespace millrace {

namespace {

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/millrace-database-XXXXXX";
    directory_ = ::mkdtemp(name);
    path_ = directory_ + "/test.db";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Database> open(std::vector<std::string_view> migrations) {
    Result<std::unique_ptr<Database>> database = Database::open(path_, migrations);
    EXPECT_TRUE(database.ok()) << database.error().message();
    return std::move(database).value();
  }

  static int64_t number(Database& database, std::string_view sql) {
    int64_t value = -1;
    Status status = database.read([&](Connection& connection) {
      return connection.query(sql, {}, [&](const Row& row) { value = row.integer(0); });
    });
    EXPECT_TRUE(status.ok()) << status.error().message();
    return value;
  }

  std::string directory_;
  std::string path_;
};

constexpr std::string_view kFirst = "CREATE TABLE item (name TEXT PRIMARY KEY, size INTEGER)";
constexpr std::string_view kSecond = "ALTER TABLE item ADD COLUMN colour TEXT DEFAULT 'red'";

}  // namespace

TEST_F(DatabaseTest, MigratesFromAnyVersion) {
  {
    auto database = open({kFirst});
    ASSERT_TRUE(database
                    ->write([](Connection& connection) {
                      return connection.run("INSERT INTO item VALUES (?, ?)", {"a", int64_t{7}});
                    })
                    .ok());
  }
  auto database = open({kFirst, kSecond});
  EXPECT_EQ(number(*database, "SELECT size FROM item WHERE colour = 'red'"), 7);
  database.reset();
  Result<std::unique_ptr<Database>> older =
      Database::open(path_, std::vector<std::string_view>{kFirst});
  ASSERT_FALSE(older.ok());
  EXPECT_EQ(older.error().kind(), ErrorKind::kCorruptData);
}

TEST_F(DatabaseTest, AnErrorRollsBack) {
  auto database = open({kFirst});
  Status status = database->write([](Connection& connection) -> Status {
    Status inserted = connection.run("INSERT INTO item VALUES (?, ?)", {"a", int64_t{1}});
    EXPECT_TRUE(inserted.ok());
    EXPECT_EQ(connection.changes(), 1);
    return connection.run("INSERT INTO item VALUES (?, ?)", {"a", int64_t{2}});
  });
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(number(*database, "SELECT count(*) FROM item"), 0);
}

TEST_F(DatabaseTest, ReadersMayNotWrite) {
  auto database = open({kFirst});
  EXPECT_FALSE(database
                   ->read([](Connection& connection) {
                     return connection.run("INSERT INTO item VALUES ('a', 1)");
                   })
                   .ok());
}

TEST_F(DatabaseTest, ADamagedFileSaysSo) {
  std::ofstream(path_) << std::string(10'000, 'x');
  Result<std::unique_ptr<Database>> database =
      Database::open(path_, std::vector<std::string_view>{kFirst});
  ASSERT_FALSE(database.ok());
  EXPECT_EQ(database.error().kind(), ErrorKind::kCorruptData);
  EXPECT_NE(database.error().message().find(path_), std::string::npos);
}

TEST_F(DatabaseTest, ThreadsReadAndWriteBesideEachOther) {
  auto database = open({kFirst});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int64_t i = 0; i < 25; ++i) {
        Status written = database->write([&](Connection& connection) {
          return connection.run("INSERT INTO item VALUES (?, ?)",
                                {std::to_string(t) + '-' + std::to_string(i), i});
        });
        EXPECT_TRUE(written.ok());
        EXPECT_GE(number(*database, "SELECT count(*) FROM item"), i);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(number(*database, "SELECT count(*) FROM item"), 100);
}

TEST_F(DatabaseTest, RecordsInTheOrderOfTheirNames) {
  auto database = open({kRecordTableMigration});
  RecordTable streams("stream");
  RecordTable users("user");
  std::string zero("z\0z", 3);
  ASSERT_TRUE(database
                  ->write([&](Connection& connection) -> Status {
                    for (const char* key : {"b", "a1", "a2", "\xFF", "a"}) {
                      TRY(streams.put(connection, key, std::string("value of ") + key));
                    }
                    TRY(streams.put(connection, zero, "zero"));
                    TRY(users.put(connection, "a1", "someone"));
                    TRY(streams.put(connection, "a1", "new"));
                    EXPECT_TRUE(TRY(streams.erase(connection, "b")));
                    EXPECT_FALSE(TRY(streams.erase(connection, "b")));
                    return {};
                  })
                  .ok());
  ASSERT_TRUE(database
                  ->read([&](Connection& connection) -> Status {
                    std::vector<std::string> keys;
                    auto add = [&](std::string_view key, std::string_view) {
                      keys.emplace_back(key);
                    };
                    TRY(streams.scan(connection, "", "", 100, add));
                    EXPECT_EQ(keys, (std::vector<std::string>{"a", "a1", "a2", zero, "\xFF"}));
                    keys.clear();
                    TRY(streams.scan(connection, "a", "a", 1, add));
                    EXPECT_EQ(keys, std::vector<std::string>{"a1"});
                    EXPECT_EQ(TRY(streams.get(connection, "a1")), "new");
                    EXPECT_EQ(TRY(streams.get(connection, "b")), std::nullopt);
                    EXPECT_EQ(TRY(streams.count(connection, "a")), 3);
                    return {};
                  })
                  .ok());
}

}  // namespace millrace
