#include "connectors/nexmark/nexmark_columns.h"

#include <fmt/format.h>

#include "types/bitmap.h"

namespace millrace {

namespace {

using Model = NexmarkModel;

// The rows of one kind inside a run of events.
struct KindRows {
  NexmarkKind kind;
  int64_t first;
  size_t count;

  template <typename Work>
  void forEach(Work work) const {
    constexpr int64_t kRound = Model::kEventsPerRound;
    constexpr int64_t kFirstBid = 1 + Model::kAuctionsPerRound;
    int64_t low = kind == NexmarkKind::kPerson ? 0 : kind == NexmarkKind::kAuction ? 1 : kFirstBid;
    int64_t high = kind == NexmarkKind::kPerson    ? 1
                   : kind == NexmarkKind::kAuction ? kFirstBid
                                                   : kRound;
    int64_t end = first + static_cast<int64_t>(count);
    for (int64_t round = first / kRound * kRound; round < end; round += kRound) {
      int64_t from = std::max(round + low, first);
      int64_t to = std::min(round + high, end);
      for (int64_t event = from; event < to; ++event) {
        work(event, static_cast<size_t>(event - first));
      }
    }
  }
};

void markValid(Column& column, const KindRows& rows) {
  uint64_t* valid = column.mutableValidity();
  fillBits(valid, 0, rows.count, false);
  rows.forEach([&](int64_t, size_t row) { setBit(valid, row); });
}

void fillNumbers(Column& column, const KindRows& rows, const Model& model,
                 int64_t (Model::*value)(int64_t) const) {
  int64_t* out = column.mutableValues<int64_t>();
  rows.forEach([&](int64_t event, size_t row) { out[row] = (model.*value)(event); });
}

void fillPrices(Column& column, const KindRows& rows, const Model& model) {
  int64_t* out = column.mutableValues<int64_t>();
  rows.forEach([&](int64_t event, size_t row) { out[row] = model.price(event); });
}

void fillTimes(Column& column, const KindRows& rows, const Model& model, bool expires) {
  int64_t* out = column.mutableValues<int64_t>();
  rows.forEach([&](int64_t event, size_t row) {
    out[row] = (expires ? model.expiresMillis(event) : model.millisOf(event)) * 1'000;
  });
}

void fillViews(Column& column, const KindRows& rows, const Model& model,
               std::string_view (Model::*value)(int64_t) const) {
  StringView* out = column.mutableValues<StringView>();
  rows.forEach([&](int64_t event, size_t row) { out[row] = StringView((model.*value)(event)); });
  column.retain(model.texts());
}

void fillTexts(Column& column, const KindRows& rows, const Model& model,
               void (Model::*append)(int64_t, std::string&) const) {
  std::string text;
  rows.forEach([&](int64_t event, size_t row) {
    text.clear();
    (model.*append)(event, text);
    column.setString(row, text);
  });
}

struct NumberField {
  std::string_view path;
  int64_t (Model::*value)(int64_t) const;
};
constexpr NumberField kNumbers[] = {
    {"person.id", &Model::personId},
    {"auction.id", &Model::auctionId},
    {"auction.initialBid", &Model::initialBid},
    {"auction.reserve", &Model::reserve},
    {"auction.seller", &Model::seller},
    {"auction.category", &Model::category},
    {"bid.auction", &Model::bidAuction},
    {"bid.bidder", &Model::bidder},
};

struct ViewField {
  std::string_view path;
  std::string_view (Model::*value)(int64_t) const;
};
constexpr ViewField kViews[] = {
    {"person.city", &Model::city},         {"person.state", &Model::state},
    {"person.extra", &Model::personExtra}, {"auction.extra", &Model::auctionExtra},
    {"bid.channel", &Model::channel},      {"bid.url", &Model::url},
    {"bid.extra", &Model::bidExtra},
};

struct TextField {
  std::string_view path;
  void (Model::*append)(int64_t, std::string&) const;
};
constexpr TextField kTexts[] = {
    {"person.name", &Model::appendName},
    {"person.emailAddress", &Model::appendEmail},
    {"person.creditCard", &Model::appendCreditCard},
    {"auction.itemName", &Model::appendItemName},
    {"auction.description", &Model::appendDescription},
};

NexmarkKind kindOfPath(std::string_view path) {
  if (path.starts_with("person")) return NexmarkKind::kPerson;
  return path.starts_with("auction") ? NexmarkKind::kAuction : NexmarkKind::kBid;
}

void fillField(Column& column, std::string_view path, const KindRows& rows, const Model& model) {
  if (path.ends_with(".dateTime") || path.ends_with(".expires")) {
    return fillTimes(column, rows, model, path.ends_with(".expires"));
  }
  if (path == "bid.price") return fillPrices(column, rows, model);
  for (const NumberField& field : kNumbers) {
    if (field.path == path) return fillNumbers(column, rows, model, field.value);
  }
  for (const ViewField& field : kViews) {
    if (field.path == path) return fillViews(column, rows, model, field.value);
  }
  for (const TextField& field : kTexts) {
    if (field.path == path) return fillTexts(column, rows, model, field.append);
  }
  UNREACHABLE("checkNexmarkSchema knows all fields");
}

ColumnPtr makeColumn(const Type& type, const std::string& path, const Model& model, int64_t first,
                     size_t count) {
  MutableColumnPtr column = Column::make(type, count);
  if (path == "event_type") {
    int32_t* out = column->mutableValues<int32_t>();
    for (size_t i = 0; i < count; ++i) {
      out[i] = static_cast<int32_t>(Model::kindOf(first + static_cast<int64_t>(i)));
    }
    return column;
  }
  KindRows rows{kindOfPath(path), first, count};
  if (type.kind() == TypeKind::kRow) {
    for (size_t i = 0; i < type.numChildren(); ++i) {
      std::string below = path + "." + type.fieldNames()[i];
      column->setChild(i, makeColumn(type.child(i), below, model, first, count));
    }
  } else {
    fillField(*column, path, rows, model);
  }
  markValid(*column, rows);
  return column;
}

Type rowOf(std::initializer_list<Field> fields) {
  std::vector<std::string> names;
  std::vector<Type> types;
  for (const Field& field : fields) {
    names.push_back(field.name);
    types.push_back(field.type);
  }
  return Type::row(std::move(names), std::move(types));
}

// TIMESTAMP of any precision that is kept in microseconds stands for TIMESTAMP(3).
bool sameKind(const Type& wanted, const Type& given) {
  if (wanted.kind() != given.kind()) return false;
  if (wanted.kind() == TypeKind::kTimestamp)
    return given.precision() >= 3 && given.precision() <= 6;
  return wanted.isCharacter() ? given.length() == kMaxStringLength : true;
}

Error wrongColumn(const std::string& name, const std::string& expected) {
  return Error(ErrorKind::kInvalidSchema,
               fmt::format("connector 'nexmark' has no column '{}' of that type", name))
      .withHint(expected);
}

}  // namespace

const Schema& nexmarkSchema() {
  static const Schema schema = [] {
    Type id = Type::bigint(), text = Type::string(), time = Type::timestamp(3);
    return Schema{
        {"event_type", Type::integer()},
        {"person", rowOf({{"id", id},
                          {"name", text},
                          {"emailAddress", text},
                          {"creditCard", text},
                          {"city", text},
                          {"state", text},
                          {"dateTime", time},
                          {"extra", text}})},
        {"auction", rowOf({{"id", id},
                           {"itemName", text},
                           {"description", text},
                           {"initialBid", id},
                           {"reserve", id},
                           {"dateTime", time},
                           {"expires", time},
                           {"seller", id},
                           {"category", id},
                           {"extra", text}})},
        {"bid", rowOf({{"auction", id},
                       {"bidder", id},
                       {"price", id},
                       {"channel", text},
                       {"url", text},
                       {"dateTime", time},
                       {"extra", text}})},
    };
  }();
  return schema;
}

Status checkNexmarkSchema(const Schema& table) {
  for (const Field& field : table) {
    const Field* known = nullptr;
    for (const Field& candidate : nexmarkSchema()) {
      if (candidate.name == field.name) known = &candidate;
    }
    if (!known || known->type.kind() != field.type.kind()) {
      return wrongColumn(field.name,
                         "The columns are event_type INT and the rows person, "
                         "auction and bid.");
    }
    for (size_t i = 0; i < field.type.numChildren(); ++i) {
      const std::string& name = field.type.fieldNames()[i];
      int index = known->type.fieldIndex(name);
      if (index < 0 ||
          !sameKind(known->type.child(static_cast<size_t>(index)), field.type.child(i))) {
        return wrongColumn(field.name + "." + name,
                           fmt::format("'{}' is a {}.", field.name, known->type.toString()));
      }
    }
  }
  return {};
}

NexmarkColumns::NexmarkColumns(const Schema& table, const std::vector<DecodedField>& fields) {
  for (const DecodedField& field : fields) {
    std::string path = table[field.path[0]].name;
    const Type* type = &table[field.path[0]].type;
    for (size_t i = 1; i < field.path.size(); ++i) {
      path += "." + type->fieldNames()[field.path[i]];
      type = &type->child(field.path[i]);
    }
    paths_.push_back(std::move(path));
    types_.push_back(field.type);
  }
}

Batch NexmarkColumns::make(const NexmarkModel& model, int64_t first, size_t count) const {
  std::vector<ColumnPtr> columns;
  columns.reserve(paths_.size());
  for (size_t i = 0; i < paths_.size(); ++i) {
    columns.push_back(makeColumn(types_[i], paths_[i], model, first, count));
  }
  return Batch(std::move(columns), count);
}

}  // namespace millrace
