#include "connectors/kinesis/partition_key.h"

#include <fmt/format.h>

#include "connectors/print/print_text.h"

namespace millrace {

namespace {

constexpr size_t kMaxCharacters = 256;

class FixedKey : public PartitionKeys {
 public:
  explicit FixedKey(uint32_t subtask) : key_(std::to_string(subtask)) {}
  void keyOf(const Batch&, uint32_t, std::string& out) override { out = key_; }

 private:
  std::string key_;
};

class RandomKeys : public PartitionKeys {
 public:
  explicit RandomKeys(Env& env) : env_(env) {}
  // A UUID of version 4.
  void keyOf(const Batch&, uint32_t, std::string& out) override {
    uint64_t high = (env_.random().next() & ~uint64_t{0xF000}) | 0x4000;
    uint64_t low = (env_.random().next() & ~(uint64_t{3} << 62)) | uint64_t{1} << 63;
    out = fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF,
                      high & 0xFFFF, low >> 48, low & 0xFFFFFFFFFFFF);
  }

 private:
  Env& env_;
};

// The first characters of a text. Java counts those beyond 16 bits twice.
void cutCharacters(std::string& text, size_t most) {
  if (text.size() <= most) return;
  size_t units = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0) == 0x80) continue;
    units += byte >= 0xF0 ? 2 : 1;
    if (units > most) {
      text.resize(i);
      return;
    }
  }
}

class ColumnKeys : public PartitionKeys {
 public:
  ColumnKeys(std::vector<uint32_t> columns, std::string delimiter)
      : columns_(std::move(columns)), delimiter_(std::move(delimiter)) {}
  void keyOf(const Batch& batch, uint32_t row, std::string& out) override {
    out.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) out += delimiter_;
      appendPrintText(*batch.column(columns_[i]), row, out);
    }
    cutCharacters(out, kMaxCharacters);
  }

 private:
  std::vector<uint32_t> columns_;
  std::string delimiter_;
};

}  // namespace

std::unique_ptr<PartitionKeys> makePartitionKeys(const TableDefinition& table,
                                                 const OptionReader& options,
                                                 const SubtaskInfo& subtask, Env& env) {
  if (!table.partitionKeys.empty()) {
    std::vector<uint32_t> columns;
    for (const std::string& key : table.partitionKeys) {
      for (uint32_t i = 0; i < table.physical.size(); ++i) {
        if (table.physical[i].name == key) columns.push_back(i);
      }
    }
    return std::make_unique<ColumnKeys>(std::move(columns),
                                        options.text("sink.partitioner-field-delimiter"));
  }
  if (options.text("sink.partitioner") == "fixed") {
    return std::make_unique<FixedKey>(subtask.index);
  }
  return std::make_unique<RandomKeys>(env);
}

}  // namespace millrace
