// Keys of a stored state as keys of a changed schema.
#pragma once

#include <vector>

#include "state/column_conversion.h"
#include "state/key_batch.h"
#include "state/state_conversion.h"

namespace millrace {

class KeyConversion {
 public:
  // wanted: the schema of the new state. Both must outlive this.
  static Result<KeyConversion> make(const ConversionSource& source, const StateSchema& wanted);

  // Stored keys by their canonical bytes and hashes. Keys that stay in their key group keep their
  // hash, which may be another one than that of their columns.
  Status convert(const std::vector<const char*>& keys, const std::vector<uint64_t>& hashes);
  // Which of the converted keys belong to the new state, ascending; keys()[i] is that of kept()[i].
  // Valid until the next call.
  const std::vector<uint32_t>& kept() const { return kept_; }
  const KeyBatch& keys() const { return keys_; }

 private:
  KeyConversion(const ConversionSource& source, const StateSchema& wanted,
                ColumnConversion columns);
  std::vector<ColumnPtr> decode(const std::vector<const char*>& keys) const;

  const ConversionSource* source_;
  uint32_t groupColumns_;
  KeyEncoder stored_;
  KeyEncoder wanted_;
  ColumnConversion columns_;
  KeyBatch encoded_;
  KeyBatch keys_;
  std::vector<uint32_t> kept_;
};

}  // namespace millrace
