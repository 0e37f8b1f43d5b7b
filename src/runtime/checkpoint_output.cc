#include "runtime/checkpoint_output.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "runtime/restore_claims.h"

namespace millrace {

namespace {

class FileCheckpointOutput final : public CheckpointOutput {
 public:
  FileCheckpointOutput(SnapshotDirectory directory, Manifest manifest)
      : directory_(std::move(directory)), manifest_(std::move(manifest)) {}

  Status append(const JobNode& node, uint32_t subtask, SnapshotBytes bytes, bool last) override {
    std::unique_ptr<SnapshotFileWriter>& file = fileOf(node, subtask);
    if (!file) {
      // The root belongs to this job attempt alone, so there are no other writers to tell apart.
      constexpr uint64_t kAttempt = 0;
      file = TRY(directory_.create(manifest_.checkpointId, node.id, subtask, kAttempt));
    }
    TRY(file->append(std::move(bytes)));
    if (!last) return {};
    StoredFile finished = TRY(file->finish());
    std::scoped_lock lock(mutex_);
    StoredOperator& stored = manifest_.operators[node.id];
    stored.parallelism = node.parallelism;
    stored.files.push_back(std::move(finished));
    open_.erase({node.id, subtask});
    return {};
  }

  Status commit(const JobGraph& graph) override {
    for (auto& [operatorId, stored] : manifest_.operators) {
      std::sort(stored.files.begin(), stored.files.end(),
                [](const StoredFile& a, const StoredFile& b) { return a.subtask < b.subtask; });
    }
    nameOperators(graph, manifest_);
    return directory_.commit(manifest_);
  }

  void abandon() override {
    open_.clear();
    (void)directory_.abort(manifest_.checkpointId).ok();
  }

  std::string path() const override { return directory_.pathOf(manifest_.checkpointId); }

 private:
  // Null when the file has not been created. The place stays where it is.
  std::unique_ptr<SnapshotFileWriter>& fileOf(const JobNode& node, uint32_t subtask) {
    std::scoped_lock lock(mutex_);
    return open_[{node.id, subtask}];
  }

  SnapshotDirectory directory_;
  std::mutex mutex_;  // guards what follows while several threads append
  Manifest manifest_;
  std::map<std::pair<std::string, uint32_t>, std::unique_ptr<SnapshotFileWriter>> open_;
};

class NoCheckpointOutput final : public CheckpointOutput {
 public:
  Status append(const JobNode&, uint32_t, SnapshotBytes, bool) override { return {}; }
  Status commit(const JobGraph&) override { return {}; }
  void abandon() override {}
  std::string path() const override { return {}; }
};

}  // namespace

class MemoryCheckpointOutput final : public CheckpointOutput {
 public:
  MemoryCheckpointOutput(CheckpointMemory& memory, Manifest manifest)
      : memory_(memory), manifest_(std::move(manifest)) {}

  Status append(const JobNode& node, uint32_t subtask, SnapshotBytes bytes, bool) override {
    std::scoped_lock lock(mutex_);
    std::vector<std::string>& files = files_[node.id];
    files.resize(node.parallelism);
    for (SnapshotBytes::Part& part : bytes.parts()) {
      files[subtask].append(part.view());
      part.bytes.reset();
    }
    manifest_.operators[node.id].parallelism = node.parallelism;
    return {};
  }

  Status commit(const JobGraph& graph) override {
    nameOperators(graph, manifest_);
    memory_.manifest_ = std::move(manifest_);
    memory_.files_ = std::move(files_);
    return {};
  }

  void abandon() override { files_.clear(); }
  std::string path() const override { return {}; }

 private:
  CheckpointMemory& memory_;
  std::mutex mutex_;  // guards what follows while several threads append
  Manifest manifest_;
  CheckpointMemory::Files files_;
};

Result<RestoredCheckpoint> CheckpointMemory::open() const {
  CHECK(!empty());
  RestoredCheckpoint checkpoint;
  checkpoint.manifest = *manifest_;
  for (const auto& [id, files] : files_) {
    checkpoint.operators.emplace(id, TRY(RestoredOperator::fromBytes(files)));
  }
  return checkpoint;
}

std::unique_ptr<CheckpointOutput> makeFileOutput(SnapshotDirectory directory, Manifest manifest) {
  return std::make_unique<FileCheckpointOutput>(std::move(directory), std::move(manifest));
}

std::unique_ptr<CheckpointOutput> makeMemoryOutput(CheckpointMemory& memory, Manifest manifest) {
  return std::make_unique<MemoryCheckpointOutput>(memory, std::move(manifest));
}

std::unique_ptr<CheckpointOutput> makeNoOutput() { return std::make_unique<NoCheckpointOutput>(); }

}  // namespace millrace
