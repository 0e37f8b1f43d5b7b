#include "state/key_batch.h"

#include <cstring>

namespace millrace {

namespace {

// All rows of a state without key columns share this key; it is in key group 0.
constexpr uint64_t kNoKeyHash = 0;

}  // namespace

KeyEncoder makeKeyEncoder(const std::vector<Type>& key) {
  if (key.empty()) return KeyEncoder({Type::boolean().withNullable(false)});
  return KeyEncoder(key);
}

void KeyBatch::encode(const KeyEncoder& encoder, std::span<const ColumnPtr> columns,
                      const Rows& rows) {
  kind_ = encoder.kind();
  size_t n = rows.count();
  hashes_.resize(n);
  if (columns.empty()) {
    std::fill(hashes_.begin(), hashes_.end(), kNoKeyHash);
    words_.assign(n, 0);
    return;
  }
  encoder.hash(columns, rows, hashes_.data());
  switch (kind_) {
    case Kind::kInline8:
      words_.resize(n);
      encoder.encode8(columns, rows, words_.data());
      break;
    case Kind::kInline16:
      pairs_.resize(n);
      encoder.encode16(columns, rows, pairs_.data());
      break;
    case Kind::kBytes:
      encodeBytes(encoder, columns, rows);
      break;
  }
}

void KeyBatch::encodeBytes(const KeyEncoder& encoder, std::span<const ColumnPtr> columns,
                           const Rows& rows) {
  size_t n = rows.count();
  sizes_.resize(n);
  pointers_.resize(n);
  encoder.layout().measure(columns, rows, sizes_.data());
  size_t total = 0;
  for (size_t k = 0; k < n; ++k) total += sizes_[k];
  if (storage_.size() < total) storage_.resize(total + total / 4);
  char* next = storage_.data();
  for (size_t k = 0; k < n; ++k) {
    pointers_[k] = next;
    next += sizes_[k];
  }
  encoder.layout().encode(columns, rows, const_cast<char* const*>(pointers_.data()));
}

void KeyBatch::placeWith(const uint64_t* owners, uint32_t maxParallelism) {
  constexpr uint64_t kLowHalf = 0xffff'ffff;
  for (size_t k = 0; k < hashes_.size(); ++k) {
    // The group's hashes are those from `first` on; the own hash says which of them.
    uint64_t group = keyGroupOf(hash32Of(owners[k]), maxParallelism);
    uint64_t first = ((group << 32) + maxParallelism - 1) / maxParallelism;
    uint64_t next = (((group + 1) << 32) + maxParallelism - 1) / maxParallelism;
    uint64_t upper = first + (hash32Of(hashes_[k]) * (next - first) >> 32);
    hashes_[k] = upper << 32 | (hashes_[k] & kLowHalf);
  }
}

void KeyBatch::setOwners(const uint64_t* ownerHashes) {
  for (size_t k = 0; k < hashes_.size(); ++k) {
    hashes_[k] = (ownerHashes[k] & 0xFFFFFFFF00000000) | (hashes_[k] >> 32);
  }
}

void KeyBatch::reset(const KeyEncoder& encoder) {
  kind_ = encoder.kind();
  hashes_.clear();
  words_.clear();
  pairs_.clear();
  pointers_.clear();
  sizes_.clear();
}

void KeyBatch::append(uint64_t hash, std::string_view bytes) {
  hashes_.push_back(hash);
  switch (kind_) {
    case Kind::kInline8:
      words_.emplace_back();
      std::memcpy(&words_.back(), bytes.data(), sizeof(uint64_t));
      break;
    case Kind::kInline16:
      pairs_.emplace_back();
      std::memcpy(&pairs_.back(), bytes.data(), sizeof(InlineKey16));
      break;
    case Kind::kBytes:
      pointers_.push_back(bytes.data());
      sizes_.push_back(static_cast<uint32_t>(bytes.size()));
      break;
  }
}

std::string_view KeyBatch::bytes(size_t k) const {
  switch (kind_) {
    case Kind::kInline8:
      return {reinterpret_cast<const char*>(&words_[k]), sizeof(uint64_t)};
    case Kind::kInline16:
      return {reinterpret_cast<const char*>(&pairs_[k]), sizeof(InlineKey16)};
    case Kind::kBytes:
      return {pointers_[k], sizes_[k]};
  }
  UNREACHABLE();
}

}  // namespace millrace
