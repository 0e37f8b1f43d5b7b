// For tests of connectors: runs all subtasks of a source round-robin in one thread, with snapshots
// and restores at another parallelism.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "env/sim/sim_env.h"
#include "state/snapshot.h"
#include "state/state_store.h"
#include "types/print.h"

namespace millrace::connector_test {

inline std::vector<DecodedField> allFields(const Schema& schema) {
  std::vector<DecodedField> fields;
  for (uint32_t i = 0; i < schema.size(); ++i) fields.push_back({{i}, schema[i].type});
  return fields;
}

inline void renderRows(const Batch& batch, std::vector<std::string>& out) {
  PrintOptions options;
  for (uint32_t row = 0; row < batch.numRows(); ++row) {
    std::string line;
    for (size_t column = 0; column < batch.numColumns(); ++column) {
      if (column > 0) line += ' ';
      appendPrinted(*batch.column(column), row, options, line);
    }
    out.push_back(std::move(line));
  }
}

class SourceRun {
 public:
  // `snapshots` are those of an earlier run, empty for a fresh start.
  SourceRun(const ScanRequest& request, Env& env, uint32_t parallelism,
            std::vector<std::string> snapshots = {}) {
    if (!snapshots.empty()) {
      restored_ = RestoredOperator::fromBytes(std::move(snapshots)).value();
    }
    TableOptions options = readTableOptions(request.table).value();
    source_ = options.connector->makeSource(request, env).value();
    for (uint32_t i = 0; i < parallelism; ++i) {
      auto subtask = std::make_unique<Subtask>();
      SubtaskInfo info{i, parallelism, 128};
      subtask->store = std::make_unique<StateStore>(info, restored_.get());
      subtask->op.subtask = info;
      subtask->op.options = &options_;
      subtask->op.env = &env;
      subtask->op.state = subtask->store.get();
      subtask->op.metrics = &subtask->metrics;
      subtask->context.op = &subtask->op;
      subtask->context.wake = [] {};
      subtask->reader = source_->makeReader(info).value();
      Status opened = subtask->reader->open(subtask->context);
      if (!opened.ok()) error = opened.error().message();
      subtasks_.push_back(std::move(subtask));
    }
  }

  // Polls the subtasks in turn, `polls` times altogether or (-1) until nobody has data.
  void run(int polls = -1, size_t maxRows = 3) {
    for (int quiet = 0; error.empty() && polls != 0; polls -= polls > 0 ? 1 : 0) {
      Subtask& subtask = *subtasks_[next_++ % subtasks_.size()];
      Batch batch;
      Result<SourceStatus> status = subtask.reader->poll(maxRows, batch);
      if (!status.ok()) {
        error = status.error().message();
        return;
      }
      if (status.value() == SourceStatus::kData) {
        renderRows(batch, rows);
        quiet = 0;
      } else if (++quiet > static_cast<int>(subtasks_.size())) {
        return;
      }
    }
  }

  std::vector<std::string> snapshot() {
    std::vector<std::string> files;
    for (auto& subtask : subtasks_) {
      EXPECT_TRUE(subtask->reader->snapshotState(1).ok());
      files.push_back(subtask->store->snapshot());
    }
    return files;
  }

  std::vector<std::string> rows;
  std::string error;

 private:
  struct Subtask {
    OperatorMetrics metrics;
    std::unique_ptr<StateStore> store;
    OperatorContext op;
    SourceContext context;
    std::unique_ptr<SourceReader> reader;
  };

  ExecutionOptions options_;
  std::unique_ptr<RestoredOperator> restored_;
  std::unique_ptr<Source> source_;
  std::vector<std::unique_ptr<Subtask>> subtasks_;
  size_t next_ = 0;
};

}  // namespace millrace::connector_test
