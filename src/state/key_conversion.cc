#include "state/key_conversion.h"

#include <cstring>

#include "types/key_hash.h"

namespace millrace {

Result<KeyConversion> KeyConversion::make(const ConversionSource& source,
                                          const StateSchema& wanted) {
  ColumnConversion columns =
      TRY(ColumnConversion::make(source.stored.key, wanted.key, source.mapping.key));
  return KeyConversion(source, wanted, std::move(columns));
}

KeyConversion::KeyConversion(const ConversionSource& source, const StateSchema& wanted,
                             ColumnConversion columns)
    : source_(&source),
      groupColumns_(wanted.groupColumns),
      stored_(makeKeyEncoder(source.stored.key)),
      wanted_(makeKeyEncoder(wanted.key)),
      columns_(std::move(columns)) {}

std::vector<ColumnPtr> KeyConversion::decode(const std::vector<const char*>& keys) const {
  std::vector<MutableColumnPtr> columns;
  size_t n = keys.size();
  switch (stored_.kind()) {
    case KeyEncoder::Kind::kInline8: {
      std::vector<uint64_t> words(n);
      for (size_t k = 0; k < n; ++k) std::memcpy(&words[k], keys[k], sizeof(words[k]));
      stored_.decode8(words.data(), n, columns);
      break;
    }
    case KeyEncoder::Kind::kInline16: {
      std::vector<InlineKey16> pairs(n);
      for (size_t k = 0; k < n; ++k) std::memcpy(&pairs[k], keys[k], sizeof(pairs[k]));
      stored_.decode16(pairs.data(), n, columns);
      break;
    }
    case KeyEncoder::Kind::kBytes:
      stored_.layout().decode(keys.data(), n, columns);
      break;
  }
  return {columns.begin(), columns.end()};
}

Status KeyConversion::convert(const std::vector<const char*>& keys,
                              const std::vector<uint64_t>& hashes) {
  kept_.clear();
  keys_.reset(wanted_);
  std::vector<ColumnPtr> columns;
  if (!source_->stored.key.empty()) columns = TRY(columns_.apply(decode(keys), keys.size()));
  Rows rows = Rows::dense(keys.size());
  encoded_.encode(wanted_, columns, rows);
  bool moves = source_->mapping.movesKeys;
  std::vector<uint64_t> owners;
  if (moves) {
    owners.resize(keys.size());
    if (groupColumns_ != 0) columns.resize(groupColumns_);
    hashKeys(columns, rows, owners.data());
  }
  for (uint32_t k = 0; k < keys.size(); ++k) {
    if (moves) {
      uint32_t group = keyGroupOf(hash32Of(owners[k]), source_->maxParallelism);
      if (!source_->range.contains(group)) continue;
    }
    kept_.push_back(k);
    keys_.append(moves ? encoded_.hashes()[k] : hashes[k], encoded_.bytes(k));
  }
  return {};
}

}  // namespace millrace
