#include "operators/lookup_join/lookup_join.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "operators/testing/operator_harness.h"
#include "runtime/async_operator.h"

namespace millrace {
namespace {

const std::vector<Type> kLeft = {Type::bigint(), Type::string()};
const std::vector<Type> kRight = {Type::string(), Type::bigint()};

using Read = std::function<Result<Batch>(const std::stop_token&)>;

LookupJoinSpec specOf(JoinKind kind, Read read) {
  LookupJoinSpec spec;
  spec.kind = kind;
  spec.left = kLeft;
  spec.right = kRight;
  spec.leftKeys = {1};
  spec.rightKeys = {0};
  spec.read = std::move(read);
  return spec;
}

Batch table() {
  return makeBatch(kRight,
                   {{"+I", {"a", 1}}, {"+I", {"b", 2}}, {"+I", {"a", 3}}, {"+I", {Value(), 4}}});
}

TEST(LookupJoin, KeepsKindsAndMarks) {
  for (JoinKind kind : {JoinKind::kInner, JoinKind::kLeft}) {
    LookupJoinSpec spec = specOf(kind, [](const auto&) { return Result<Batch>(table()); });
    OperatorHarness harness([&] { return makeLookupJoin(spec); }, kLeft);
    harness.push({{"+I", {1, "a"}}, {"-U", {2, "z"}}, {"+U", {3, Value()}}, {"-D", {4, "b"}}},
                 {{1, 5}, {4, 6}});
    bool left = kind == JoinKind::kLeft;
    EXPECT_EQ(harness.take(), std::string("+I|1|a|a|1\n+I|1|a|a|3\n~5\n") +
                                  (left ? "-U|2|z|NULL|NULL\n+U|3|NULL|NULL|NULL\n" : "") +
                                  "-D|4|b|b|2\n~6\n");
  }
}

TEST(LookupJoin, ReloadsByItsIntervalAndFailsWhenThatFails) {
  int reads = 0;
  LookupJoinSpec spec = specOf(JoinKind::kInner, [&](const auto&) -> Result<Batch> {
    if (++reads == 3) return Error(ErrorKind::kIo, "gone");
    return makeBatch(kRight, {{"+I", {"a", reads}}});
  });
  spec.reloadMillis = 100;
  OperatorHarness harness([&] { return makeLookupJoin(spec); }, kLeft);
  harness.setTime(99);
  harness.push({{"+I", {1, "a"}}});
  harness.setTime(100);
  harness.push({{"+I", {1, "a"}}});
  EXPECT_EQ(harness.take(), "+I|1|a|a|1\n+I|1|a|a|2\n");
  harness.setTime(200);
  EXPECT_EQ(harness.tryPush(makeBatch(kLeft, {{"+I", {1, "a"}}})).error().kind(), ErrorKind::kIo);
}

// A table behind a network: every read but the first waits until the test answers it.
class RemoteTable {
 public:
  RemoteTable() {
    LookupJoinSpec spec = specOf(JoinKind::kInner, [this](const std::stop_token& stop) {
      if (++reads == 1) return rowOf(1);
      Result<Batch> answer = answers_[reads - 2].get_future().get();
      stopped = stop.stop_requested();
      return answer;
    });
    spec.isRemote = true;
    spec.reloadMillis = 100;
    harness = std::make_unique<OperatorHarness>(
        [&]() -> Result<OperatorPtr> {
          OperatorPtr made = TRY(makeLookupJoin(spec));
          dynamic_cast<AsyncOperator&>(*made).setWake([this] { ++wakes; });
          return made;
        },
        kLeft);
  }

  static Result<Batch> rowOf(int value) { return makeBatch(kRight, {{"+I", {"a", value}}}); }
  // As the network does: the operator is woken a little later.
  void answer(size_t read, Result<Batch> table) {
    int before = wakes;
    answers_[read].set_value(std::move(table));
    while (wakes == before) std::this_thread::yield();
  }
  std::string join() {
    harness->push({{"+I", {1, "a"}}});
    return harness->take();
  }

  std::atomic<int> reads{0};
  std::atomic<int> wakes{0};
  std::atomic<bool> stopped{false};

 private:
  std::promise<Result<Batch>> answers_[2];

 public:
  std::unique_ptr<OperatorHarness> harness;  // the last member: its thread uses the others
};

TEST(LookupJoin, RowsMeetTheOldTableWhileANetworkBringsTheNewOne) {
  RemoteTable table;
  table.harness->setTime(99);
  EXPECT_EQ(table.join(), "+I|1|a|a|1\n");
  EXPECT_EQ(table.reads, 1);
  table.harness->setTime(100);  // begins without a row
  table.harness->setTime(500);  // one at a time
  EXPECT_EQ(table.join(), "+I|1|a|a|1\n");
  table.answer(0, RemoteTable::rowOf(2));
  table.harness->setTime(501);
  EXPECT_EQ(table.join(), "+I|1|a|a|2\n");
  EXPECT_EQ(table.reads, 2);
  table.harness->setTime(502);
  EXPECT_EQ(table.join(), "+I|1|a|a|2\n");
  table.answer(1, RemoteTable::rowOf(3));
  table.harness->setTime(503);
  EXPECT_EQ(table.join(), "+I|1|a|a|3\n");
}

TEST(LookupJoin, FailsWhenTheNetworkFails) {
  RemoteTable table;
  table.harness->setTime(100);
  table.answer(0, Error(ErrorKind::kIo, "the network is down"));
  EXPECT_EQ(table.harness->tryTime(101).error().kind(), ErrorKind::kIo);
}

TEST(LookupJoin, EndsWhileTheTableIsRead) {
  RemoteTable table;
  table.harness->setTime(100);
  std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    table.answer(0, RemoteTable::rowOf(2));
  });
  table.harness.reset();
  EXPECT_TRUE(table.stopped);
}

}  // namespace
}  // namespace millrace
