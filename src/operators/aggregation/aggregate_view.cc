#include "operators/aggregation/aggregate_view.h"

#include <algorithm>
#include <cstring>

#include "operators/changelog/row_bytes.h"
#include "types/gather.h"
#include "types/sort_key.h"

namespace millrace {

namespace {

// Writes field 0 of an encoded row to a position of a column.
void writeValue(const RowLayout& layout, const char* row, Column& out, size_t position) {
  Physical physical = out.physical();
  if (physical == Physical::kString) {
    out.setString(position, layout.text(row, 0));
  } else if (out.type().isNested()) {
    std::vector<MutableColumnPtr> columns;
    layout.decode(&row, 1, columns);
    copyValue(*columns[0], 0, out, position);
  } else {
    size_t width = physicalWidth(physical);
    std::memcpy(reinterpret_cast<char*>(out.mutableRanges()) + position * width,
                row + layout.slotOffset(0), width);
  }
}

// The values of a group in a given order, in a KeyedSortedRows; the result is the first or the
// last.
class ViewBase : public AggregateView {
 public:
  explicit ViewBase(const AggregateCall& call)
      : argument_(call.arguments[0]),
        fromEnd_(call.function->viewFromEnd),
        type_(call.resolved.arguments[0].withNullable(false)) {}

  void update(const Batch& batch, const KeyBatch& keys, const uint8_t* mask, Column* before,
              Column* after) override {
    Rows rows = batch.rows();
    groups_.resize(rows.count());
    sorted_->findOrInsert(keys, groups_.data());
    touch(keys);
    ColumnPtr column = batch.column(argument_);
    bytes_.encode(sorted_->layout(), {&column, 1}, rows);
    prepare(column, rows);
    emptied_.clear();
    for (uint32_t k = 0; k < rows.count(); ++k) {
      SortedGroup* group = groups_[k];
      if (before != nullptr) writeResult(group, *before, k);
      uint32_t row = rows[k];
      if ((mask == nullptr || mask[row] != 0) && !column->isNull(row)) {
        apply(batch, keys, k, row, isAdd(batch.kind(row)));
      }
      if (after != nullptr) writeResult(group, *after, k);
      if (KeyedSortedRows::size(group) == 0) emptied_.push_back(group);
    }
    dropEmptied();
  }

  void result(const KeyBatch& keys, Column& out) override {
    groups_.resize(keys.size());
    sorted_->find(keys, groups_.data());
    for (size_t k = 0; k < keys.size(); ++k) writeResult(groups_[k], out, k);
  }

 protected:
  // The groups of these keys are written.
  virtual void touch(const KeyBatch&) {}
  // Once per batch, before apply() is called for some of its rows.
  virtual void prepare(const ColumnPtr& column, const Rows& rows) = 0;
  virtual void apply(const Batch& batch, const KeyBatch& keys, uint32_t k, uint32_t row,
                     bool add) = 0;

  StateSchema sortedSchema(StateSchema schema, const char* order) const {
    schema.kind = StateKind::kKeyedSortedRows;
    schema.row = {type_};
    schema.order = order;
    schema.extraBytes = 8;
    schema.ttlOfKeys = true;
    return schema;
  }

  uint32_t argument_;
  bool fromEnd_;
  Type type_;
  KeyedSortedRows* sorted_ = nullptr;
  std::vector<SortedGroup*> groups_;
  RowBytes bytes_;

 private:
  void writeResult(const SortedGroup* group, Column& out, size_t position) const {
    size_t size = group != nullptr ? KeyedSortedRows::size(group) : 0;
    if (size == 0) {
      out.setNull(position);
      return;
    }
    const StateRow* row = sorted_->at(group, fromEnd_ ? size - 1 : 0);
    writeValue(sorted_->layout(), sorted_->rowBytes(row), out, position);
  }

  void dropEmptied() {
    std::sort(emptied_.begin(), emptied_.end());
    emptied_.erase(std::unique(emptied_.begin(), emptied_.end()), emptied_.end());
    for (SortedGroup* group : emptied_) {
      if (KeyedSortedRows::size(group) == 0) sorted_->drop(group);
    }
  }

  std::vector<SortedGroup*> emptied_;
};

// MIN and MAX: each different value once, with the number of its rows.
class SortedView final : public ViewBase {
 public:
  explicit SortedView(const AggregateCall& call)
      : ViewBase(call), encoder_({SortColumn{type_, true, true}}) {}

  Status open(StateStore& store, StateSchema schema) override {
    StateSchema sorted = sortedSchema(std::move(schema), "value ASC");
    sorted.sort = {SortOrder{}};
    sorted_ = TRY(store.openSortedRows(std::move(sorted)));
    return {};
  }

 private:
  void prepare(const ColumnPtr& column, const Rows& rows) override {
    encoder_.encode({&column, 1}, rows, sortKeys_, offsets_);
  }

  void apply(const Batch&, const KeyBatch&, uint32_t k, uint32_t, bool add) override {
    std::string_view key(sortKeys_.data() + offsets_[k], offsets_[k + 1] - offsets_[k]);
    SortedGroup* group = groups_[k];
    size_t rank = sorted_->rankOf(group, key, bytes_.row(k));
    if (rank == SIZE_MAX) {
      if (!add) return;
      StateRow* inserted = nullptr;
      sorted_->insert(group, key, bytes_.row(k), &inserted);
      count(inserted) = 1;
      return;
    }
    int64_t& rows = count(sorted_->at(group, rank));
    rows += add ? 1 : -1;
    if (rows == 0) sorted_->eraseAt(group, rank);
  }

  int64_t& count(StateRow* row) const { return *reinterpret_cast<int64_t*>(sorted_->extra(row)); }

  SortKeyEncoder encoder_;
  std::string sortKeys_;
  std::vector<uint32_t> offsets_;
};

// FIRST_VALUE and LAST_VALUE: the rows of a group by arrival number; a second state finds the
// number of the oldest row with a value.
class OrderedView final : public ViewBase {
 public:
  explicit OrderedView(const AggregateCall& call) : ViewBase(call) {}

  Status open(StateStore& store, StateSchema schema) override {
    sorted_ = TRY(store.openSortedRows(sortedSchema(schema, "arrival ASC")));
    schema.name += " values";
    schema.kind = StateKind::kKeyedRows;
    schema.row = {type_};
    schema.extraBytes = 8;
    schema.ttlOfKeys = true;
    byValue_ = TRY(store.openRows(std::move(schema), {.indexed = true}));
    return {};
  }

 private:
  void touch(const KeyBatch& keys) override { byValue_->touchKeys(keys); }
  void prepare(const ColumnPtr& column, const Rows&) override { column_ = column; }

  void apply(const Batch&, const KeyBatch& keys, uint32_t k, uint32_t row, bool add) override {
    one_.reset(byValue_->encoder());
    one_.append(keys.hashes()[k], keys.bytes(k));
    Rows single{nullptr, row, row + 1};
    SortedGroup* group = groups_[k];
    StateRow* found = nullptr;
    if (add) {
      byValue_->add(one_, {&column_, 1}, single, &found);
      uint64_t number = nextNumber(group);
      std::memcpy(byValue_->extra(found), &number, sizeof(number));
      sorted_->insert(group, numberBytes(number), bytes_.row(k));
      return;
    }
    byValue_->findEqual(one_, {&column_, 1}, single, &found);
    if (found == nullptr) return;
    uint64_t number;
    std::memcpy(&number, byValue_->extra(found), sizeof(number));
    byValue_->erase(found);
    size_t rank = sorted_->rankOf(group, numberBytes(number), bytes_.row(k));
    if (rank != SIZE_MAX) sorted_->eraseAt(group, rank);
  }

  uint64_t nextNumber(const SortedGroup* group) const {
    size_t size = KeyedSortedRows::size(group);
    if (size == 0) return 0;
    std::string_view key = sorted_->sortKey(sorted_->at(group, size - 1));
    uint64_t number;
    std::memcpy(&number, key.data(), sizeof(number));
    return __builtin_bswap64(number) + 1;
  }

  std::string_view numberBytes(uint64_t number) {
    numberBytes_ = __builtin_bswap64(number);
    return {reinterpret_cast<const char*>(&numberBytes_), sizeof(numberBytes_)};
  }

  KeyedRows* byValue_ = nullptr;
  ColumnPtr column_;
  KeyBatch one_;
  uint64_t numberBytes_ = 0;
};

}  // namespace

std::unique_ptr<AggregateView> AggregateView::make(const AggregateCall& call) {
  if (call.function->retract == RetractSupport::kSortedView) {
    return std::make_unique<SortedView>(call);
  }
  return std::make_unique<OrderedView>(call);
}

}  // namespace millrace
