#include <xxhash.h>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "state/snapshot.h"
#include "state/snapshot_layout.h"

namespace millrace {

namespace {

using Json = nlohmann::ordered_json;

// A block is closed at the first reservation beyond this many payload bytes, and at the border of a
// key group beyond the smaller number, so that a restore reads little of its neighbours.
constexpr size_t kBlockBytes = 256 * 1024;
constexpr size_t kSharedBlockBytes = 32 * 1024;

Json groupRows(const std::vector<SnapshotGroup>& groups) {
  Json rows = Json::array();
  for (const SnapshotGroup& group : groups) {
    rows.push_back({group.group, group.block, group.start, group.bytes, group.entries});
  }
  return rows;
}

// The header of a block, whose payload follows and is complete.
void writeHeader(char* block, uint64_t payloadBytes) {
  SnapshotBlockHeader header;
  header.bytes = static_cast<uint32_t>(payloadBytes);
  header.checksum = XXH3_64bits(block + sizeof(header), payloadBytes);
  std::memcpy(block, &header, sizeof(header));
}

}  // namespace

SnapshotWriter::SnapshotWriter(uint32_t subtask, uint32_t parallelism, uint32_t maxParallelism)
    : subtask_(subtask), parallelism_(parallelism), maxParallelism_(maxParallelism) {
  SnapshotFileHeader header;
  std::memcpy(room(sizeof(header)), &header, sizeof(header));
}

// The next bytes of the file. An open block stays in one piece: when it does not fit any more, its
// beginning moves to the next part.
char* SnapshotWriter::room(size_t bytes) {
  if (out_.empty() || out_.parts().back().capacity - out_.parts().back().used < bytes) {
    size_t moved = blockStart_ == 0 ? 0 : position() - blockStart_;
    uint64_t start = position() - moved;
    out_.addPart(moved + bytes);
    if (out_.parts().size() > 1) {
      SnapshotBytes::Part& full = *(out_.parts().end() - 2);
      full.used -= moved;
      std::memcpy(out_.parts().back().bytes.get(), full.bytes.get() + full.used, moved);
    }
    out_.parts().back().used = moved;
    partStart_ = start;
  }
  SnapshotBytes::Part& part = out_.parts().back();
  char* room = part.bytes.get() + part.used;
  part.used += bytes;
  return room;
}

void SnapshotWriter::closeBlock() {
  if (blockStart_ == 0) return;
  char* block = out_.parts().back().bytes.get() + (blockStart_ - partStart_);
  writeHeader(block, position() - blockStart_ - sizeof(SnapshotBlockHeader));
  blockStart_ = 0;
}

void SnapshotWriter::addRun(uint32_t group, uint64_t entries, SnapshotBytes::Part block) {
  static_assert(kBlockRoom == sizeof(SnapshotBlockHeader));
  closeGroup();
  closeBlock();
  uint64_t bytes = block.used - kBlockRoom;
  writeHeader(block.bytes.get(), bytes);
  partStart_ = position();
  states_[state_].groups.push_back({group, partStart_, 0, bytes, entries});
  out_.parts().push_back(std::move(block));
}

char* SnapshotWriter::reserve(size_t bytes) {
  if (blockStart_ != 0 && position() - blockStart_ >= kBlockBytes) closeBlock();
  if (blockStart_ == 0) {
    uint64_t start = position();
    room(sizeof(SnapshotBlockHeader));
    blockStart_ = start;
  }
  groupBytes_ += bytes;
  return room(bytes);
}

uint32_t SnapshotWriter::beginState(const StateSchema& schema) {
  states_.push_back({schema.name, schemaText(schema), {}});
  entryBytes_.push_back(0);
  uint32_t state = static_cast<uint32_t>(states_.size() - 1);
  resumeState(state);
  return state;
}

void SnapshotWriter::resumeState(uint32_t state) {
  if (state == state_) return;
  closeGroup();
  closeBlock();
  state_ = state;
}

void SnapshotWriter::closeGroup() {
  if (!groupOpen_) return;
  states_[state_].groups.back().bytes = groupBytes_;
  entryBytes_[state_] += groupBytes_;
  groupOpen_ = false;
}

void SnapshotWriter::beginGroup(uint32_t group, uint64_t entries) {
  closeGroup();
  if (blockStart_ != 0 && position() - blockStart_ >= kSharedBlockBytes) closeBlock();
  reserve(0);
  SnapshotGroup entry;
  entry.group = group;
  entry.block = blockStart_;
  entry.start = position() - blockStart_ - sizeof(SnapshotBlockHeader);
  entry.entries = entries;
  states_[state_].groups.push_back(entry);
  groupBytes_ = 0;
  groupOpen_ = true;
}

SnapshotBytes SnapshotWriter::takeFull() {
  SnapshotBytes full;
  if (out_.parts().size() < 2) return full;
  SnapshotBytes::Part last = std::move(out_.parts().back());
  out_.parts().pop_back();
  std::swap(full.parts(), out_.parts());
  out_.parts().push_back(std::move(last));
  return full;
}

SnapshotBytes SnapshotWriter::finish() {
  closeGroup();
  closeBlock();
  Json directory;
  directory["keyHash"] = kKeyHashName;
  directory["subtask"] = subtask_;
  directory["parallelism"] = parallelism_;
  directory["maxParallelism"] = maxParallelism_;
  Json states = Json::array();
  for (const SnapshotState& state : states_) {
    // The schema stays a text, so that it is compared byte by byte.
    states.push_back(
        {{"name", state.name}, {"schema", state.schema}, {"groups", groupRows(state.groups)}});
  }
  directory["states"] = std::move(states);
  std::string text = directory.dump(-1, ' ', false, Json::error_handler_t::replace);
  SnapshotTrailer trailer;
  trailer.directoryOffset = position();
  trailer.directoryBytes = text.size();
  trailer.directoryChecksum = XXH3_64bits(text.data(), text.size());
  std::memcpy(room(text.size()), text.data(), text.size());
  std::memcpy(room(sizeof(trailer)), &trailer, sizeof(trailer));
  states_.clear();
  return std::move(out_);
}

}  // namespace millrace
