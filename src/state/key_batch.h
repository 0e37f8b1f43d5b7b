// KeyBatch: the keys of one batch of rows, hashed and encoded, ready for the state structures.
//
//   KeyBatch keys;                              // kept by the operator, its buffers are reused
//   keys.encode(table.encoder(), keyColumns, batch.rows());
//   table.findOrInsert(keys, values, isNew);
//
// Canonical key bytes are what KeyEncoder makes: 8 or 16 bytes for short keys of fixed width, else
// a row of its layout. Without key columns every row has the same key. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "types/key_codec.h"

namespace millrace {

class KeyBatch {
 public:
  using Kind = KeyEncoder::Kind;

  // Key k is that of rows[k]. Long keys are copied into this batch.
  void encode(const KeyEncoder& encoder, std::span<const ColumnPtr> columns, const Rows& rows);

  // Gives the keys the key groups of other hashes: those of the columns by which rows are
  // distributed, where the keys hold more than these (a window's end). One hash per key.
  void setOwners(const uint64_t* ownerHashes);

  // Keys one by one, from their hashes and canonical bytes (a Timer, an entry of another table).
  // Long bytes are not copied: they must live as long as the batch is used.
  void reset(const KeyEncoder& encoder);
  void append(uint64_t hash, std::string_view bytes);

  // Moves each key into the key group of its owner, so that one subtask restores both: for keys
  // that extend a group's key (by a DISTINCT value, a window). owners[k]: the hash of the group's
  // key.
  void placeWith(const uint64_t* owners, uint32_t maxParallelism);

  Kind kind() const { return kind_; }
  size_t size() const { return hashes_.size(); }
  const uint64_t* hashes() const { return hashes_.data(); }
  // The canonical bytes of key k.
  std::string_view bytes(size_t k) const;

  // Requires: the matching kind.
  const uint64_t* words() const { return words_.data(); }
  const InlineKey16* pairs() const { return pairs_.data(); }
  const char* const* pointers() const { return pointers_.data(); }
  const uint32_t* sizes() const { return sizes_.data(); }

 private:
  void encodeBytes(const KeyEncoder& encoder, std::span<const ColumnPtr> columns, const Rows& rows);

  Kind kind_ = Kind::kInline8;
  std::vector<uint64_t> hashes_;
  std::vector<uint64_t> words_;
  std::vector<InlineKey16> pairs_;
  std::vector<const char*> pointers_;
  std::vector<uint32_t> sizes_;
  std::vector<char> storage_;
};

// The encoder of a state's key; works for states without key as well.
KeyEncoder makeKeyEncoder(const std::vector<Type>& key);

}  // namespace millrace
