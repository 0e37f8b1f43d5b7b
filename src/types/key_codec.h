// KeyEncoder: grouping keys of a batch, as hashes and as bytes that hash tables compare fast.
//
//   KeyEncoder keys({Type::bigint(), Type::integer()});
//   keys.hash(columns, rows, hashes);              // 64 bits for probing; hash32Of() for groups
//   switch (keys.kind()) {
//     case KeyEncoder::Kind::kInline8:  keys.encode8(columns, rows, words); ...
//     case KeyEncoder::Kind::kInline16: keys.encode16(columns, rows, pairs); ...
//     case KeyEncoder::Kind::kBytes:    keys.layout().measure / encode ...
//   }
//
// Two keys are equal for GROUP BY exactly when their encodings are equal: NULL equals NULL, NaN
// equals NaN, and -0.0 is another group than 0.0 (as in Flink) with the same hash. Immutable, may
// be used by several threads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "types/key_hash.h"
#include "types/row_codec.h"

namespace millrace {

// A key of up to 16 bytes.
struct InlineKey16 {
  uint64_t low = 0;
  uint64_t high = 0;
  bool operator==(const InlineKey16&) const = default;
};

class KeyEncoder {
 public:
  enum class Kind : uint8_t {
    kInline8,   // fixed-width columns of at most 8 bytes together, null bits included
    kInline16,  // the same with 16 bytes
    kBytes,     // rows of layout()
  };

  // Null bits are stored only when some type is nullable. Requires: at least one type.
  explicit KeyEncoder(std::vector<Type> types);

  Kind kind() const { return kind_; }
  const std::vector<Type>& types() const { return layout_.types(); }

  void hash(std::span<const ColumnPtr> columns, Rows rows, uint64_t* hashes) const {
    hashKeys(columns, rows, hashes);
  }

  // keys[k] is the key of rows[k]. Requires: the matching kind.
  void encode8(std::span<const ColumnPtr> columns, Rows rows, uint64_t* keys) const;
  void encode16(std::span<const ColumnPtr> columns, Rows rows, InlineKey16* keys) const;
  // Rows of the normalising layout, for kBytes (and for any kind that wants bytes).
  const RowLayout& layout() const { return layout_; }

  // Appends the key columns. For kBytes use layout().decode().
  void decode8(const uint64_t* keys, size_t n, std::vector<MutableColumnPtr>& out) const;
  void decode16(const InlineKey16* keys, size_t n, std::vector<MutableColumnPtr>& out) const;

 private:
  RowLayout layout_;
  Kind kind_;
  bool nullBits_ = false;
  std::vector<uint32_t> offsets_;  // of each column inside an inline key
  uint32_t nullOffset_ = 0;
};

}  // namespace millrace
