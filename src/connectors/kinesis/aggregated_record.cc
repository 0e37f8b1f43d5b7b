#include "connectors/kinesis/aggregated_record.h"

#include <openssl/evp.h>

#include <cstring>
#include <optional>

namespace millrace {

namespace {

constexpr std::string_view kMagic = "\xF3\x89\x9A\xC2";
constexpr size_t kChecksumBytes = 16;

// One field of a protobuf message.
struct ProtoField {
  uint32_t number = 0;
  uint64_t integer = 0;    // varint fields
  std::string_view bytes;  // length-delimited fields
  bool isBytes = false;
};

class ProtoReader {
 public:
  explicit ProtoReader(std::string_view message) : rest_(message) {}

  bool atEnd() const { return rest_.empty(); }

  // nullopt: the message is malformed.
  std::optional<ProtoField> next() {
    std::optional<uint64_t> tag = varint();
    if (!tag || *tag >> 3 == 0 || *tag >> 3 > UINT32_MAX) return std::nullopt;
    ProtoField field;
    field.number = static_cast<uint32_t>(*tag >> 3);
    switch (*tag & 7) {
      case 0: {
        std::optional<uint64_t> value = varint();
        if (!value) return std::nullopt;
        field.integer = *value;
        return field;
      }
      case 1:
        return skip(8) ? std::optional(field) : std::nullopt;
      case 2: {
        std::optional<uint64_t> size = varint();
        if (!size || *size > rest_.size()) return std::nullopt;
        field.isBytes = true;
        field.bytes = rest_.substr(0, *size);
        rest_.remove_prefix(*size);
        return field;
      }
      case 5:
        return skip(4) ? std::optional(field) : std::nullopt;
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<uint64_t> varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return std::nullopt;
      auto byte = static_cast<unsigned char>(rest_[0]);
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return std::nullopt;
  }

  bool skip(size_t bytes) {
    if (rest_.size() < bytes) return false;
    rest_.remove_prefix(bytes);
    return true;
  }

  std::string_view rest_;
};

// A user record whose keys are indices into the tables of the message.
struct PackedRecord {
  std::optional<uint64_t> partitionKey;
  std::optional<uint64_t> explicitHashKey;
  std::optional<std::string_view> data;
};

bool readPacked(std::string_view message, PackedRecord& out) {
  ProtoReader reader(message);
  while (!reader.atEnd()) {
    std::optional<ProtoField> field = reader.next();
    if (!field) return false;
    if (field->number == 1 && !field->isBytes) out.partitionKey = field->integer;
    if (field->number == 2 && !field->isBytes) out.explicitHashKey = field->integer;
    if (field->number == 3 && field->isBytes) out.data = field->bytes;
  }
  return out.partitionKey && out.data;
}

bool checksumHolds(std::string_view message, std::string_view checksum) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  EVP_Digest(message.data(), message.size(), digest, nullptr, EVP_md5(), nullptr);
  return std::memcmp(digest, checksum.data(), kChecksumBytes) == 0;
}

}  // namespace

bool readAggregatedRecord(std::string_view data, std::vector<DeaggregatedRecord>& out) {
  out.clear();
  if (!data.starts_with(kMagic) || data.size() < kMagic.size() + kChecksumBytes) return false;
  std::string_view message =
      data.substr(kMagic.size(), data.size() - kMagic.size() - kChecksumBytes);
  if (!checksumHolds(message, data.substr(data.size() - kChecksumBytes))) return false;
  std::vector<std::string_view> keys;
  std::vector<std::string_view> hashKeys;
  std::vector<PackedRecord> packed;
  ProtoReader reader(message);
  while (!reader.atEnd()) {
    std::optional<ProtoField> field = reader.next();
    if (!field) return false;
    if (!field->isBytes) continue;
    if (field->number == 1) keys.push_back(field->bytes);
    if (field->number == 2) hashKeys.push_back(field->bytes);
    if (field->number == 3 && !readPacked(field->bytes, packed.emplace_back())) return false;
  }
  for (const PackedRecord& each : packed) {
    if (*each.partitionKey >= keys.size()) return false;
    if (each.explicitHashKey && *each.explicitHashKey >= hashKeys.size()) return false;
    out.push_back({keys[*each.partitionKey],
                   each.explicitHashKey ? hashKeys[*each.explicitHashKey] : std::string_view(),
                   *each.data});
  }
  return true;
}

HashKey hashKeyOf(const DeaggregatedRecord& record) {
  return record.explicitHashKey.empty() ? hashKeyOf(record.partitionKey)
                                        : parseHashKey(record.explicitHashKey);
}

}  // namespace millrace
