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

const char* kindName(StateKind kind) {
  switch (kind) {
    case StateKind::kKeyedTable:
      return "table";
    case StateKind::kKeyedRows:
      return "rows";
    case StateKind::kKeyedSortedRows:
      return "sorted rows";
    case StateKind::kTimers:
      return "timers";
    case StateKind::kList:
      return "list";
  }
  UNREACHABLE();
}

Json typeTexts(const std::vector<Type>& types) {
  Json texts = Json::array();
  for (const Type& type : types) {
    texts.push_back(type.withTimeAttribute(TimeAttribute::kNone).toString());
  }
  return texts;
}

Json groupRows(const std::vector<SnapshotGroup>& groups) {
  Json rows = Json::array();
  for (const SnapshotGroup& group : groups) {
    rows.push_back({group.group, group.block, group.start, group.bytes, group.entries});
  }
  return rows;
}

}  // namespace

std::string schemaText(const StateSchema& schema) {
  Json json;
  json["name"] = schema.name;
  json["kind"] = kindName(schema.kind);
  json["key"] = typeTexts(schema.key);
  if (!schema.parts.empty()) {
    Json parts = Json::array();
    for (const ValuePart& part : schema.parts) {
      Json entry = {{"name", part.name}, {"type", part.type}, {"bytes", part.bytes}};
      if (!part.strings.empty()) entry["strings"] = part.strings;
      parts.push_back(std::move(entry));
    }
    json["parts"] = std::move(parts);
  }
  if (!schema.row.empty()) json["row"] = typeTexts(schema.row);
  if (!schema.order.empty()) json["order"] = schema.order;
  if (schema.extraBytes != 0) json["extraBytes"] = schema.extraBytes;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

SnapshotWriter::SnapshotWriter(uint32_t subtask, uint32_t parallelism, uint32_t maxParallelism)
    : subtask_(subtask), parallelism_(parallelism), maxParallelism_(maxParallelism) {
  SnapshotFileHeader header;
  out_.resize(sizeof(header));
  std::memcpy(out_.data(), &header, sizeof(header));
  used_ = sizeof(header);
}

void SnapshotWriter::openBlock() {
  blockStart_ = used_;
  used_ += sizeof(SnapshotBlockHeader);
}

void SnapshotWriter::closeBlock() {
  if (blockStart_ == 0) return;
  SnapshotBlockHeader header;
  size_t payload = blockStart_ + sizeof(header);
  header.bytes = static_cast<uint32_t>(used_ - payload);
  header.checksum = XXH3_64bits(out_.data() + payload, header.bytes);
  std::memcpy(out_.data() + blockStart_, &header, sizeof(header));
  blockStart_ = 0;
}

char* SnapshotWriter::reserve(size_t bytes) {
  if (blockStart_ != 0 && used_ - blockStart_ >= kBlockBytes) closeBlock();
  size_t needed = used_ + sizeof(SnapshotBlockHeader) + bytes;
  if (needed > out_.size()) out_.resize(std::max(needed, out_.size() * 2));
  if (blockStart_ == 0) openBlock();
  char* room = out_.data() + used_;
  used_ += bytes;
  groupBytes_ += bytes;
  return room;
}

void SnapshotWriter::beginState(const StateSchema& schema) {
  closeBlock();
  states_.push_back({schema.name, schemaText(schema), {}});
}

void SnapshotWriter::closeGroup() {
  if (groupOpen_) states_.back().groups.back().bytes = groupBytes_;
  groupOpen_ = false;
}

void SnapshotWriter::beginGroup(uint32_t group, uint64_t entries) {
  closeGroup();
  if (blockStart_ != 0 && used_ - blockStart_ >= kSharedBlockBytes) closeBlock();
  reserve(0);
  SnapshotGroup entry;
  entry.group = group;
  entry.block = blockStart_;
  entry.start = used_ - blockStart_ - sizeof(SnapshotBlockHeader);
  entry.entries = entries;
  states_.back().groups.push_back(entry);
  groupBytes_ = 0;
  groupOpen_ = true;
}

void SnapshotWriter::endState() {
  closeGroup();
  closeBlock();
}

std::string SnapshotWriter::finish() {
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
  trailer.directoryOffset = used_;
  trailer.directoryBytes = text.size();
  trailer.directoryChecksum = XXH3_64bits(text.data(), text.size());
  out_.resize(used_);
  out_ += text;
  out_.append(reinterpret_cast<const char*>(&trailer), sizeof(trailer));
  states_.clear();
  return std::move(out_);
}

}  // namespace millrace
