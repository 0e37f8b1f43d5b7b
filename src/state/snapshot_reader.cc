#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "env/file_system.h"
#include "state/snapshot.h"
#include "state/snapshot_layout.h"

namespace millrace {

namespace {

using Json = nlohmann::json;

// What a reader wants the system to fetch while it takes in what has come.
constexpr uint64_t kAheadBytes = uint64_t{16} << 20;

constexpr char kRestoreHint[] = "Restore from another checkpoint.";

class MemoryFile : public RandomAccessFile {
 public:
  explicit MemoryFile(std::string bytes) : bytes_(std::move(bytes)) {}
  Result<size_t> read(uint64_t offset, char* data, size_t size) override {
    if (offset >= bytes_.size()) return size_t{0};
    size_t n = std::min<size_t>(size, bytes_.size() - offset);
    std::memcpy(data, bytes_.data() + offset, n);
    return n;
  }
  Result<uint64_t> size() override { return uint64_t{bytes_.size()}; }

 private:
  std::string bytes_;
};

// True when each group lies between the header and the directory.
bool plausible(const SnapshotGroup& group, uint64_t directoryOffset, uint32_t maxParallelism) {
  return group.group < maxParallelism && group.block >= sizeof(SnapshotFileHeader) &&
         group.block < directoryOffset && group.bytes <= directoryOffset &&
         group.start <= directoryOffset;
}

}  // namespace

SnapshotFile::~SnapshotFile() = default;

Error SnapshotFile::damaged(uint64_t offset, std::string_view what) const {
  return Error(ErrorKind::kCorruptData,
               fmt::format("snapshot file '{}' is damaged at offset {}: {}", name_, offset, what))
      .withHint(kRestoreHint);
}

Result<std::unique_ptr<SnapshotFile>> SnapshotFile::open(std::string name,
                                                         std::unique_ptr<RandomAccessFile> file) {
  std::unique_ptr<SnapshotFile> snapshot(new SnapshotFile());
  snapshot->name_ = std::move(name);
  snapshot->file_ = std::move(file);
  snapshot->size_ = TRY(snapshot->file_->size());
  TRY(snapshot->readDirectory());
  return snapshot;
}

Status SnapshotFile::readAt(uint64_t offset, char* data, uint64_t bytes) {
  if (bytes == 0) return Status();
  size_t read = TRY(file_->read(offset, data, bytes));
  if (read != bytes) return damaged(offset + read, "the file ends early");
  return Status();
}

Result<std::string> SnapshotFile::readAt(uint64_t offset, uint64_t bytes) {
  if (offset > size_ || bytes > size_ - offset) {
    return damaged(size_, fmt::format("the file ends, {} bytes at {} are missing", bytes, offset));
  }
  std::string data(bytes, '\0');
  TRY(readAt(offset, data.data(), bytes));
  return data;
}

Status SnapshotFile::readDirectory() {
  if (size_ < sizeof(SnapshotFileHeader) + sizeof(SnapshotTrailer)) {
    return damaged(size_, "the file is too short to be a snapshot");
  }
  SnapshotFileHeader header, expected;
  std::string bytes = TRY(readAt(0, sizeof(header)));
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::memcmp(header.magic, expected.magic, sizeof(header.magic)) != 0 || header.unused != 0) {
    return damaged(0, "it does not start like a snapshot");
  }
  if (header.version != kSnapshotVersion) {
    return Error(ErrorKind::kRestore, fmt::format("snapshot file '{}' has format version {}, "
                                                  "expected {}",
                                                  name_, header.version, kSnapshotVersion))
        .withHint("Use the version of the program that wrote it.");
  }
  SnapshotTrailer trailer;
  uint64_t trailerOffset = size_ - sizeof(trailer);
  bytes = TRY(readAt(trailerOffset, sizeof(trailer)));
  std::memcpy(&trailer, bytes.data(), sizeof(trailer));
  if (std::memcmp(trailer.magic, SnapshotTrailer().magic, sizeof(trailer.magic)) != 0 ||
      trailer.directoryOffset > trailerOffset ||
      trailer.directoryBytes != trailerOffset - trailer.directoryOffset) {
    return damaged(trailerOffset, "the end of the file is not that of a snapshot");
  }
  directoryOffset_ = trailer.directoryOffset;
  std::string text = TRY(readAt(directoryOffset_, trailer.directoryBytes));
  if (XXH3_64bits(text.data(), text.size()) != trailer.directoryChecksum) {
    return damaged(directoryOffset_, "checksum of the directory differs");
  }
  return parseDirectory(text, directoryOffset_);
}

Status SnapshotFile::parseDirectory(const std::string& text, uint64_t offset) {
  try {
    Json json = Json::parse(text);
    std::string hashName = json.at("keyHash").get<std::string>();
    if (hashName != kKeyHashName) {
      return Error(ErrorKind::kRestore, fmt::format("snapshot file '{}' uses key hash '{}', "
                                                    "expected '{}'",
                                                    name_, hashName, kKeyHashName))
          .withHint("Use the version of the program that wrote it.");
    }
    subtask_ = json.at("subtask").get<uint32_t>();
    parallelism_ = json.at("parallelism").get<uint32_t>();
    maxParallelism_ = json.at("maxParallelism").get<uint32_t>();
    for (const Json& entry : json.at("states")) {
      SnapshotState state;
      state.name = entry.at("name").get<std::string>();
      state.schema = entry.at("schema").get<std::string>();
      for (const Json& row : entry.at("groups")) {
        SnapshotGroup group;
        group.group = row.at(0).get<uint32_t>();
        group.block = row.at(1).get<uint64_t>();
        group.start = row.at(2).get<uint64_t>();
        group.bytes = row.at(3).get<uint64_t>();
        group.entries = row.at(4).get<uint64_t>();
        if (!plausible(group, offset, maxParallelism_)) {
          return damaged(offset, fmt::format("impossible key group in state '{}'", state.name));
        }
        state.groups.push_back(group);
      }
      states_.push_back(std::move(state));
    }
  } catch (const Json::exception& failure) {
    return damaged(offset, fmt::format("unreadable directory: {}", failure.what()));
  }
  return Status();
}

const SnapshotState* SnapshotFile::state(std::string_view name) const {
  for (const SnapshotState& state : states_) {
    if (state.name == name) return &state;
  }
  return nullptr;
}

Status SnapshotFile::readBlock(uint64_t offset) {
  SnapshotBlockHeader header;
  if (offset + sizeof(header) > directoryOffset_) return damaged(offset, "a block is missing");
  block_ = 0;
  TRY(readAt(offset, reinterpret_cast<char*>(&header), sizeof(header)));
  if (header.marker != SnapshotBlockHeader().marker ||
      header.bytes > directoryOffset_ - offset - sizeof(header)) {
    return damaged(offset, "no block starts here");
  }
  blockBytes_ = header.bytes;
  if (blockPayload_.size() < blockBytes_) blockPayload_.resize(blockBytes_);
  TRY(readAt(offset + sizeof(header), blockPayload_.data(), blockBytes_));
  if (XXH3_64bits(blockPayload_.data(), blockBytes_) != header.checksum) {
    return damaged(offset, "checksum of the block differs");
  }
  block_ = offset;
  return Status();
}

Status SnapshotFile::readGroup(const SnapshotGroup& group, std::string& payload) {
  std::lock_guard lock(mutex_);
  payload.clear();
  payload.reserve(group.bytes);
  uint64_t block = group.block;
  uint64_t start = group.start;
  while (payload.size() < group.bytes) {
    if (block_ != block) TRY(readBlock(block));
    if (start > blockBytes_) return damaged(block, "a key group starts beyond its block");
    size_t n = std::min<size_t>(blockBytes_ - start, group.bytes - payload.size());
    payload.append(blockPayload_.data() + start, n);
    block += sizeof(SnapshotBlockHeader) + blockBytes_;
    start = 0;
  }
  return Status();
}

void SnapshotFile::willRead(const SnapshotGroup& group) {
  std::lock_guard lock(mutex_);
  file_->willRead(group.block, sizeof(SnapshotBlockHeader) + group.start + group.bytes);
}

Status SnapshotFile::verify() {
  std::lock_guard lock(mutex_);
  uint64_t offset = sizeof(SnapshotFileHeader);
  while (offset < directoryOffset_) {
    TRY(readBlock(offset));
    offset += sizeof(SnapshotBlockHeader) + blockBytes_;
  }
  return Status();
}

Result<std::unique_ptr<RestoredOperator>> RestoredOperator::make(
    std::vector<std::unique_ptr<SnapshotFile>> files) {
  auto mismatch = [](const SnapshotFile& file, std::string_view what) {
    return Error(ErrorKind::kRestore, fmt::format("snapshot file '{}' {}", file.name(), what))
        .withHint(kRestoreHint);
  };
  if (files.empty()) {
    return Error(ErrorKind::kRestore, "snapshot has no files for an operator")
        .withHint(kRestoreHint);
  }
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a->subtask() < b->subtask(); });
  for (size_t i = 0; i < files.size(); ++i) {
    const SnapshotFile& file = *files[i];
    if (file.parallelism() != files.size() || file.subtask() != i) {
      return mismatch(file, fmt::format("is that of subtask {} of {}, expected subtask {} of {}",
                                        file.subtask(), file.parallelism(), i, files.size()));
    }
    if (file.maxParallelism() != files[0]->maxParallelism()) {
      return mismatch(file, "has another max parallelism than the others");
    }
  }
  std::unique_ptr<RestoredOperator> restored(new RestoredOperator());
  restored->files_ = std::move(files);
  return restored;
}

Result<std::unique_ptr<RestoredOperator>> RestoredOperator::fromBytes(
    std::vector<std::string> files) {
  std::vector<std::unique_ptr<SnapshotFile>> open;
  for (size_t i = 0; i < files.size(); ++i) {
    open.push_back(TRY(SnapshotFile::open(fmt::format("memory-{}", i),
                                          std::make_unique<MemoryFile>(std::move(files[i])))));
  }
  return make(std::move(open));
}

bool RestoredOperator::hasState(std::string_view name) const {
  return std::any_of(files_.begin(), files_.end(),
                     [&](const auto& file) { return file->state(name) != nullptr; });
}

SnapshotReader::SnapshotReader(const RestoredOperator& source, std::string stateName)
    : source_(source), stateName_(std::move(stateName)) {}

StoredTimes storedTimes(const StateSchema& schema) {
  if (schema.ttlMillis == 0) return StoredTimes::kNone;
  bool rows = schema.kind == StateKind::kKeyedRows || schema.kind == StateKind::kKeyedSortedRows;
  return rows && !schema.ttlOfKeys ? StoredTimes::kRows : StoredTimes::kKeys;
}

Status SnapshotReader::check(const StateSchema& schema, uint32_t maxParallelism) {
  if (source_.maxParallelism() != maxParallelism) {
    return Error(ErrorKind::kRestore, fmt::format("snapshot has max parallelism {}, the job {}",
                                                  source_.maxParallelism(), maxParallelism))
        .withHint(fmt::format("Set pipeline.max-parallelism to {}.", source_.maxParallelism()));
  }
  std::string wanted = schemaText(schema);
  times_ = storedTimes(schema);
  for (const auto& file : source_.files()) {
    const SnapshotState* state = file->state(stateName_);
    if (state == nullptr) {
      return Error(ErrorKind::kRestore,
                   fmt::format("snapshot file '{}' has no state '{}'", file->name(), stateName_))
          .withHint(kRestoreHint);
    }
    if (state->schema != wanted) {
      StateSchema stored = TRY(parseSchemaText(state->schema));
      times_ = storedTimes(stored);
      if (sameBesideTtl(stored, schema)) {
        wanted = state->schema;
        continue;
      }
      return Error(ErrorKind::kRestore, fmt::format("state '{}' was {} but is now {}", stateName_,
                                                    state->schema, wanted))
          .withHint("Restore with the query that wrote the snapshot, or start without it.");
    }
  }
  return Status();
}

size_t SnapshotReader::totalEntries(KeyGroupRange range) const {
  size_t total = 0;
  for (const auto& file : source_.files()) {
    const SnapshotState* state = file->state(stateName_);
    if (state == nullptr) continue;
    for (const SnapshotGroup& group : state->groups) {
      // Every entry has a hash at least.
      if (range.contains(group.group)) total += std::min(group.entries, group.bytes / 8);
    }
  }
  return total;
}

void SnapshotReader::readAhead(KeyGroupRange range) {
  for (; aheadFile_ < source_.files().size(); ++aheadFile_, aheadGroup_ = 0) {
    SnapshotFile& file = *source_.files()[aheadFile_];
    const SnapshotState* state = file.state(stateName_);
    if (state == nullptr) continue;
    while (aheadGroup_ < state->groups.size()) {
      if (aheadBytes_ >= kAheadBytes) return;
      const SnapshotGroup& group = state->groups[aheadGroup_++];
      if (!range.contains(group.group)) continue;
      file.willRead(group);
      aheadBytes_ += group.bytes;
    }
  }
}

Result<bool> SnapshotReader::nextGroup(KeyGroupRange range) {
  readAhead(range);
  for (; file_ < source_.files().size(); ++file_, nextGroup_ = 0) {
    SnapshotFile& file = *source_.files()[file_];
    const SnapshotState* state = file.state(stateName_);
    if (state == nullptr) continue;
    while (nextGroup_ < state->groups.size()) {
      const SnapshotGroup& group = state->groups[nextGroup_++];
      if (!range.contains(group.group)) continue;
      TRY(file.readGroup(group, payload_));
      aheadBytes_ -= group.bytes;
      position_ = 0;
      group_ = group.group;
      entries_ = group.entries;
      block_ = group.block;
      return true;
    }
  }
  return false;
}

Error SnapshotReader::damaged(std::string_view what) const {
  size_t file = std::min(file_, source_.files().size() - 1);
  return source_.files()[file]->damaged(
      block_, fmt::format("key group {} of state '{}': {}", group_, stateName_, what));
}

Error SnapshotReader::overrun(size_t bytes) const {
  return damaged(fmt::format("{} bytes wanted, {} left", bytes, left()));
}

}  // namespace millrace
