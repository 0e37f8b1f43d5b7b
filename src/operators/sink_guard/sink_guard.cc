#include "operators/sink_guard/sink_guard.h"

#include <algorithm>

namespace millrace {

namespace {

// The number of bytes of the first `characters` characters, at most the whole text; `counted` is
// how many characters that is.
size_t prefixBytes(std::string_view text, size_t characters, size_t& counted) {
  counted = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xC0) == 0x80) continue;
    if (counted == characters) return i;
    ++counted;
  }
  return text.size();
}

struct LengthRule {
  uint32_t column = 0;
  size_t length = 0;
  bool characters = true;  // false: bytes
  bool pads = false;       // CHAR and BINARY
};

class SinkGuard final : public Operator {
 public:
  SinkGuard(const SinkGuardSpec& spec, std::vector<uint32_t> notNull,
            std::vector<LengthRule> lengths)
      : spec_(spec), notNull_(std::move(notNull)), lengths_(std::move(lengths)) {}

  Status processBatch(int, Batch batch, Output& out) override {
    if (!batch.empty()) {
      TRY(checkNulls(batch));
      for (const LengthRule& rule : lengths_) enforce(rule, batch);
    }
    if (batch.empty() && batch.marks().empty()) return {};
    return out.emit(std::move(batch));
  }

 private:
  Status checkNulls(Batch& batch) {
    for (uint32_t index : notNull_) {
      const Column& column = *batch.column(index);
      if (!column.mayHaveNulls()) continue;
      Rows rows = batch.rows();
      bool found = false;
      for (uint32_t k = 0; k < rows.count() && !found; ++k) found = column.isNull(rows[k]);
      if (!found) continue;
      if (!spec_.dropNulls) return nullError(index);
      auto selection = std::make_shared<Selection>();
      for (uint32_t k = 0; k < rows.count(); ++k) {
        if (!column.isNull(rows[k])) selection->push_back(rows[k]);
      }
      batch.setSelection(std::move(selection));
    }
    return {};
  }

  Error nullError(uint32_t index) const {
    std::string message = "column '" + spec_.schema[index].name + "' of table '" + spec_.table +
                          "' is NOT NULL, but the value is NULL";
    return Error(ErrorKind::kNullConstraint, std::move(message))
        .withHint("Filter such rows out, or set 'table.exec.sink.not-null-enforcer' to 'DROP'.");
  }

  // The value of a row after trimming and padding; nothing when it fits as it is.
  static bool adjusted(const LengthRule& rule, std::string_view text, std::string& out) {
    size_t counted = text.size();
    size_t bytes = std::min(text.size(), rule.length);
    if (rule.characters) bytes = prefixBytes(text, rule.length, counted);
    if (bytes == text.size() && !(rule.pads && counted < rule.length)) return false;
    out.assign(text.substr(0, bytes));
    if (rule.pads && counted < rule.length) {
      out.append(rule.length - counted, rule.characters ? ' ' : '\0');
    }
    return true;
  }

  static void enforce(const LengthRule& rule, Batch& batch) {
    const ColumnPtr& column = batch.column(rule.column);
    ColumnValues<StringView> values(*column);
    Rows rows = batch.rows();
    MutableColumnPtr result;
    std::string text;
    for (uint32_t k = 0; k < rows.count(); ++k) {
      uint32_t row = rows[k];
      if (column->isNull(row) || !adjusted(rule, values[row], text)) continue;
      if (!result) result = copyOf(*column, rows);
      result->setString(row, text);
    }
    if (!result) return;
    std::vector<ColumnPtr> columns = batch.columns();
    columns[rule.column] = std::move(result);
    batch.setColumns(std::move(columns));
  }

  static MutableColumnPtr copyOf(const Column& column, const Rows& rows) {
    MutableColumnPtr out = Column::make(column.type(), column.size());
    out->retainAllOf(column);
    ColumnValues<StringView> from(column);
    StringView* to = out->mutableValues<StringView>();
    forEachRow(rows, [&](uint32_t row) {
      to[row] = from[row];
      if (column.isNull(row)) out->setNull(row);
    });
    return out;
  }

  SinkGuardSpec spec_;
  std::vector<uint32_t> notNull_;
  std::vector<LengthRule> lengths_;
};

}  // namespace

Result<OperatorPtr> makeSinkGuard(const SinkGuardSpec& spec) {
  std::vector<uint32_t> notNull;
  std::vector<LengthRule> lengths;
  for (uint32_t i = 0; i < spec.schema.size(); ++i) {
    const Type& type = spec.schema[i].type;
    if (!type.nullable()) notNull.push_back(i);
    if (!spec.trimPad || type.length() == kMaxStringLength) continue;
    if (!type.isCharacter() && !type.isBinaryString()) continue;
    bool pads = type.kind() == TypeKind::kChar || type.kind() == TypeKind::kBinary;
    lengths.push_back({i, static_cast<size_t>(type.length()), type.isCharacter(), pads});
  }
  if (notNull.empty() && lengths.empty()) return OperatorPtr();
  return OperatorPtr(std::make_unique<SinkGuard>(spec, std::move(notNull), std::move(lengths)));
}

}  // namespace millrace
