#include "control/native/worker_protocol.h"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(WorkerProtocol, ATaskArrivesAsItWasSent) {
  ToWorker message;
  message.kind = ToWorker::Kind::kStart;
  message.resume = true;
  WorkerTask& task = message.task;
  task.job = {7, 3};
  task.applicationName = "orders";
  task.versionId = 4;
  std::string text = "SELECT '\n\"\xc3\xa4'";
  task.files = {{"a.sql", text, {text, {}}}, {"b.sql", "'${a.b}'", {"'c'", {{1, 6, 1}}}}};
  task.parallelism = 2;
  task.kpus = 1;
  task.checkpointing = false;
  task.checkpointIntervalMillis = 1;
  task.minPauseMillis = 2;
  task.restoreLocation = "/x";
  task.allowNonRestoredState = true;
  task.subtaskMetrics = true;
  task.priorRestarts = 4;
  task.priorFailures = {{5, "why\n"}};
  std::string line = encode(message);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  Result<ToWorker> received = decodeToWorker(line);
  ASSERT_TRUE(received.ok());
  EXPECT_EQ(received.value().kind, ToWorker::Kind::kStart);
  EXPECT_TRUE(received.value().resume);
  const WorkerTask& got = received.value().task;
  EXPECT_EQ(got.job, (JobId{7, 3}));
  ASSERT_EQ(got.files.size(), 2);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(got.files[i].written, task.files[i].written);
    EXPECT_EQ(got.files[i].sql.text, task.files[i].sql.text);
    EXPECT_EQ(got.files[i].sql.replacements, task.files[i].sql.replacements);
  }
  ASSERT_EQ(got.priorFailures.size(), 1);
  EXPECT_EQ(got.priorFailures[0].timeMillis, 5);
  EXPECT_EQ(got.priorFailures[0].text, "why\n");
  EXPECT_EQ(encodeTask(got), encodeTask(task));
  EXPECT_EQ(encodeTask(decodeTask(encodeTask(task)).value()), encodeTask(task));
}

TEST(WorkerProtocol, EveryKindOfMessageArrives) {
  for (uint8_t kind = 0; kind <= static_cast<uint8_t>(ToWorker::Kind::kLeave); ++kind) {
    ToWorker message;
    message.kind = static_cast<ToWorker::Kind>(kind);
    EXPECT_EQ(decodeToWorker(encode(message)).value().kind, message.kind);
  }
  for (uint8_t kind = 0; kind <= static_cast<uint8_t>(FromWorker::Kind::kRest); ++kind) {
    FromWorker message;
    message.kind = static_cast<FromWorker::Kind>(kind);
    EXPECT_EQ(decodeFromWorker(encode(message)).value().kind, message.kind);
  }
}

TEST(WorkerProtocol, AHelloSaysWhoItIs) {
  FromWorker hello;
  hello.job = {1, 2};
  hello.process = 99;
  hello.started = true;
  hello.endpoint = "http://127.0.0.1:1";
  hello.token = "t";
  FromWorker got = decodeFromWorker(encode(hello)).value();
  EXPECT_EQ(got.version, kWorkerProtocolVersion);
  EXPECT_EQ(got.job, hello.job);
  EXPECT_EQ(got.process, 99);
  EXPECT_TRUE(got.started);
  EXPECT_EQ(got.endpoint, hello.endpoint);
  EXPECT_EQ(got.token, "t");
}

TEST(WorkerProtocol, MetricsKeepWhatIsUnknownUnknown) {
  FromWorker message;
  message.kind = FromWorker::Kind::kMetrics;
  message.report.uptimeMillis = -1;
  message.report.lastCheckpointSizeBytes = 5;
  message.report.numRecordsIn = UINT64_MAX;
  OperatorMetricsReport& op = message.report.operators.emplace_back();
  op.id = "insert:t[0]/sink";
  op.currentInputWatermark = -7;
  op.subtasks.emplace_back().numRecordsOut = 3;
  op.subtasks.emplace_back().currentOutputWatermark = 9;
  ApplicationMetricsReport got = decodeFromWorker(encode(message)).value().report;
  EXPECT_EQ(got.uptimeMillis, -1);
  EXPECT_EQ(got.lastCheckpointSizeBytes, 5);
  EXPECT_FALSE(got.lastCheckpointDurationMillis.has_value());
  EXPECT_EQ(got.numRecordsIn, UINT64_MAX);
  ASSERT_EQ(got.operators.size(), 1);
  EXPECT_EQ(got.operators[0].id, op.id);
  EXPECT_EQ(got.operators[0].currentInputWatermark, -7);
  EXPECT_FALSE(got.operators[0].currentOutputWatermark.has_value());
  ASSERT_EQ(got.operators[0].subtasks.size(), 2);
  EXPECT_EQ(got.operators[0].subtasks[0].numRecordsOut, 3);
  EXPECT_FALSE(got.operators[0].subtasks[0].currentOutputWatermark.has_value());
  EXPECT_EQ(got.operators[0].subtasks[1].currentOutputWatermark, 9);
}

TEST(WorkerProtocol, ARecordOfBytesThatAreNoTextIsStillALine) {
  FromWorker message;
  message.kind = FromWorker::Kind::kLog;
  message.record.level = LogLevel::kError;
  message.record.message = "\xff\xfe\n";
  message.record.throwableInformation = {"a", "b"};
  std::string line = encode(message);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  ApplicationLogRecord got = decodeFromWorker(line).value().record;
  EXPECT_EQ(got.level, LogLevel::kError);
  EXPECT_EQ(got.throwableInformation, message.record.throwableInformation);
}

TEST(WorkerProtocol, WhatIsNoMessageIsAnError) {
  for (const char* line :
       {"", "{", "[]", "{}", "null", "\"x\"", "{\"type\":3}", "{\"type\":\"surprise\"}",
        "{\"type\":\"rest\",\"id\":\"x\"}", "{\"type\":\"start\",\"task\":[1]}"}) {
    EXPECT_FALSE(decodeToWorker(line).ok()) << line;
    if (std::string_view(line).find("start") == std::string_view::npos) {
      EXPECT_FALSE(decodeFromWorker(line).ok()) << line;
    }
  }
}

TEST(WorkerProtocol, EndsAreEnds) {
  FromWorker message;
  for (auto kind : {FromWorker::Kind::kFinished, FromWorker::Kind::kFailed,
                    FromWorker::Kind::kCancelled, FromWorker::Kind::kStopped}) {
    message.kind = kind;
    EXPECT_TRUE(message.isEnd());
  }
  message.kind = FromWorker::Kind::kStopFailed;
  EXPECT_FALSE(message.isEnd());
}

}  // namespace
}  // namespace millrace
