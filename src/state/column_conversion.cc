#include "state/column_conversion.h"

#include <fmt/format.h>

namespace millrace {

Result<ColumnConversion> ColumnConversion::make(const std::vector<Type>& stored,
                                                const std::vector<Type>& wanted,
                                                std::vector<uint32_t> from) {
  ColumnConversion made;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const Type& old = stored[from[i]];
    std::shared_ptr<const Cast> cast;
    if (!old.sameAs(wanted[i])) {
      cast = TRY(makeCast(old.withNullable(true), wanted[i].withNullable(true)));
    }
    made.casts_.push_back(std::move(cast));
  }
  made.wanted_ = wanted;
  made.from_ = std::move(from);
  return made;
}

Result<std::vector<ColumnPtr>> ColumnConversion::apply(std::span<const ColumnPtr> stored,
                                                       size_t n) const {
  std::vector<ColumnPtr> columns;
  for (size_t i = 0; i < wanted_.size(); ++i) {
    const ColumnPtr& in = stored[from_[i]];
    if (!wanted_[i].nullable() && in->mayHaveNulls()) {
      for (size_t row = 0; row < n; ++row) {
        if (!in->isNull(row)) continue;
        return Error(ErrorKind::kRestore,
                     fmt::format("a stored column of type {} has a NULL and is {} now",
                                 in->type().toString(), wanted_[i].toString()));
      }
    }
    if (casts_[i] == nullptr) {
      columns.push_back(in->withType(wanted_[i]));
      continue;
    }
    MutableColumnPtr out = Column::make(wanted_[i].withNullable(true), n);
    TRY(casts_[i]->apply(*in, Rows::dense(n), {}, false, *out));
    columns.push_back(out->withType(wanted_[i]));
  }
  return columns;
}

Result<RowConversion> RowConversion::make(const std::vector<Type>& stored,
                                          const std::vector<Type>& wanted,
                                          std::vector<uint32_t> from) {
  ColumnConversion columns = TRY(ColumnConversion::make(stored, wanted, std::move(from)));
  return RowConversion(stored, wanted, std::move(columns));
}

Status RowConversion::apply(const char* const* rows, size_t n) {
  std::vector<MutableColumnPtr> decoded;
  stored_.decode(rows, n, decoded);
  std::vector<ColumnPtr> old(decoded.begin(), decoded.end());
  columns_ = TRY(conversion_.apply(old, n));
  sizes_.resize(n);
  layout_.measure(columns_, Rows::dense(n), sizes_.data());
  size_t total = 0;
  for (uint32_t size : sizes_) total += size;
  storage_.resize(total);
  pointers_.clear();
  char* next = storage_.data();
  for (uint32_t size : sizes_) {
    pointers_.push_back(next);
    next += size;
  }
  layout_.encode(columns_, Rows::dense(n), pointers_.data());
  return {};
}

}  // namespace millrace
