// JoinSide: one input of a regular join: its join keys and the state of its rows. Each row may
// carry the number of rows of the other side that match it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/operator.h"
#include "state/key_batch.h"
#include "state/keyed_rows.h"
#include "state/keyed_table.h"

namespace millrace {

struct JoinSideSpec {
  std::string name;
  std::vector<Type> types;
  std::vector<std::string> columnNames;  // see StateSchema; may be empty
  std::string condition;                 // what matches are counted for
  std::vector<uint32_t> keys;
  std::vector<uint8_t> nullSafe;  // per key; empty = none
  std::vector<Type> keyTypes;     // the same for both sides
  bool countsMatches = false;
  bool retracts = false;
  std::vector<uint32_t> uniqueKey;   // empty = none
  bool maySkipUpdateBefore = false;  // a +U may come without its -U
  std::optional<int64_t> ttlMillis;  // nullopt = that of the configuration
};

class JoinSide {
 public:
  explicit JoinSide(JoinSideSpec spec) : spec_(std::move(spec)) {}

  Status open(OperatorContext& context);

  // Finds the keys of a batch's rows. Until the next call keys() are those of liveRows(): the
  // selected rows whose keys can match.
  void resolve(const Batch& batch);
  const KeyBatch& keys() const { return keys_; }
  const Rows& liveRows() const { return live_; }

  const RowLayout& layout() const { return rows_->layout(); }
  const std::vector<Type>& types() const { return spec_.types; }
  bool countsMatches() const { return spec_.countsMatches; }
  bool empty() const { return rows_->numRows() == 0; }
  // The oldest row of each key, or nullptr; the others follow by KeyedRows::next.
  void first(const KeyBatch& keys, StateRow** rows) const { rows_->first(keys, rows); }
  const char* bytes(const StateRow* row) const { return rows_->rowBytes(row); }
  // The matches of a row, to be changed.
  int64_t& writeMatches(StateRow* row) {
    rows_->touch(row);
    return matches(row);
  }

  // Applies the resolved batch to the state. matches[k]: that of live row k; only read when
  // countsMatches().
  void store(const Batch& batch, const std::vector<int64_t>& matches);

 private:
  int64_t& matches(StateRow* row) const { return *reinterpret_cast<int64_t*>(rows_->extra(row)); }

  // How a row that replaces or retracts another one finds it.
  enum class Lookup : uint8_t {
    kNone,       // the input only inserts
    kByValue,    // an equal row
    kByJoinKey,  // there is one row per join key
    kByUniqueKey,
  };

  void add(const Batch& batch, const KeyBatch& keys, const Rows& rows,
           const std::vector<int64_t>& matches, const uint32_t* order);
  void storeByValue(const Batch& batch, const std::vector<int64_t>& matches);
  void storeLatest(const Batch& batch, const std::vector<int64_t>& matches);
  void storeByUniqueKey(const Batch& batch, const std::vector<int64_t>& matches);
  StateRow* findUnique(const Batch& batch, uint32_t row, uint64_t hash);
  void appendKey(KeyBatch& target, uint32_t k) const;
  void eraseEqual(const Batch& batch);
  uint64_t& uniqueHash(StateRow* row) const {
    return reinterpret_cast<uint64_t*>(rows_->extra(row))[spec_.countsMatches ? 1 : 0];
  }

  JoinSideSpec spec_;
  Lookup lookup_ = Lookup::kNone;
  KeyedRows* rows_ = nullptr;
  std::unique_ptr<KeyedTable> latest_;  // key -> 1 + its last position in the batch
  KeyBatch keys_;
  Rows live_;
  std::vector<uint32_t> liveList_;
  std::vector<ColumnPtr> keyColumns_;

  KeyBatch chosenKeys_;
  std::vector<uint32_t> chosen_;       // physical rows
  std::vector<uint32_t> chosenOrder_;  // their positions among the live rows
  std::vector<StateRow*> refs_;
  std::vector<std::byte*> values_;
};

}  // namespace millrace
