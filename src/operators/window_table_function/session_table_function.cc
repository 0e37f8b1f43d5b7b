#include "operators/window_table_function/session_table_function.h"

#include <numeric>

#include "operators/window/session_windows.h"
#include "state/column_list.h"
#include "state/key_batch.h"
#include "state/keyed_rows.h"
#include "types/gather.h"

namespace millrace {

namespace {

// The rows of open sessions, by key and session id.
class SessionRows final : public SessionContents {
 public:
  SessionRows(std::vector<uint32_t> keys, std::vector<Type> input, std::vector<std::string> names)
      : keys_(std::move(keys)), input_(std::move(input)), names_(std::move(names)) {}

  Status open(StateStore& store) override {
    maxParallelism_ = store.subtask().maxParallelism;
    StateSchema schema;
    schema.name = "rows";
    schema.kind = StateKind::kKeyedRows;
    for (uint32_t key : keys_) schema.key.push_back(input_[key]);
    schema.key.push_back(Type::bigint().withNullable(false));
    schema.keyNames = pickNames(names_, keys_, "session");
    schema.row = input_;
    schema.rowNames = names_;
    rows_ = TRY(store.openRows(std::move(schema), {}));
    return {};
  }

  void beginBatch(const Batch& batch) override {
    batch_ = &batch;
    keyColumns_.clear();
    for (uint32_t key : keys_) keyColumns_.push_back(batch.column(key));
  }

  void update(const Rows& rows, const int64_t* ids, const uint64_t* owners) override {
    if (rows.empty()) return;
    encode(keyColumns_, rows, ids, owners);
    rows_->add(sessionKeys_, batch_->columns(), rows);
  }

  void merge(uint32_t row, uint64_t owner, int64_t target, int64_t source) override {
    Rows single{nullptr, row, row + 1};
    encode(keyColumns_, single, &source, &owner);
    StateRow* first = nullptr;
    rows_->first(sessionKeys_, &first);
    if (first == nullptr) return;
    std::vector<const char*> bytes;
    for (StateRow* r = first; r != nullptr; r = KeyedRows::next(r)) {
      bytes.push_back(rows_->rowBytes(r));
    }
    encode(keyColumns_, single, &target, &owner);
    KeyBatch targets;
    targets.reset(rows_->encoder());
    for (size_t i = 0; i < bytes.size(); ++i) {
      targets.append(sessionKeys_.hashes()[0], sessionKeys_.bytes(0));
    }
    std::vector<MutableColumnPtr> decoded;
    rows_->layout().decode(bytes.data(), bytes.size(), decoded);
    std::vector<ColumnPtr> columns(decoded.begin(), decoded.end());
    rows_->add(targets, columns, Rows::dense(bytes.size()));
    rows_->eraseKeyOf(first);
  }

  std::vector<ColumnPtr> take(const std::vector<ColumnPtr>& keys, const std::vector<int64_t>& ids,
                              const uint64_t* owners, std::vector<uint32_t>& kept) override {
    encode(keys, Rows::dense(ids.size()), ids.data(), owners);
    std::vector<StateRow*> first(ids.size());
    rows_->first(sessionKeys_, first.data());
    std::vector<const char*> bytes;
    kept.clear();
    for (uint32_t k = 0; k < ids.size(); ++k) {
      for (StateRow* row = first[k]; row != nullptr; row = KeyedRows::next(row)) {
        bytes.push_back(rows_->rowBytes(row));
        kept.push_back(k);
      }
    }
    std::vector<uint32_t> all(bytes.size());
    std::iota(all.begin(), all.end(), 0);
    std::vector<MutableColumnPtr> decoded;
    rows_->layout().decode(bytes.data(), bytes.size(), decoded);
    std::vector<ColumnPtr> columns;
    // Copied, because the rows are removed now.
    for (const MutableColumnPtr& column : decoded) columns.push_back(gather(*column, all, true));
    for (StateRow* row : first) {
      if (row != nullptr) rows_->eraseKeyOf(row);
    }
    return columns;
  }

 private:
  void encode(std::vector<ColumnPtr> keys, const Rows& rows, const int64_t* ids,
              const uint64_t* owners) {
    MutableColumnPtr column = Column::make(Type::bigint().withNullable(false), rows.bound());
    for (uint32_t k = 0; k < rows.count(); ++k) column->mutableValues<int64_t>()[rows[k]] = ids[k];
    bool keyed = !keys.empty();
    keys.push_back(std::move(column));
    sessionKeys_.encode(rows_->encoder(), keys, rows);
    if (keyed) sessionKeys_.placeWith(owners, maxParallelism_);
  }

  std::vector<uint32_t> keys_;
  std::vector<Type> input_;
  std::vector<std::string> names_;
  uint32_t maxParallelism_ = 0;
  KeyedRows* rows_ = nullptr;
  const Batch* batch_ = nullptr;
  std::vector<ColumnPtr> keyColumns_;
  KeyBatch sessionKeys_;
};

}  // namespace

OperatorPtr makeSessionTableFunction(const WindowTableFunctionSpec& spec) {
  SessionWindowsSpec sessions{.window = spec.window,
                              .input = spec.input,
                              .inputNames = spec.inputNames,
                              .keys = spec.partitionKeys,
                              .timeColumn = static_cast<int>(spec.timeColumn),
                              .emitsKeys = false,
                              .dropsNullTimes = true};
  WindowOutput output(spec.input,
                      {WindowProperty::kStart, WindowProperty::kEnd, WindowProperty::kTime},
                      spec.input[spec.timeColumn], spec.window.isLtz);
  return makeSessionWindows(
      sessions, std::make_unique<SessionRows>(spec.partitionKeys, spec.input, spec.inputNames),
      std::move(output));
}

}  // namespace millrace
