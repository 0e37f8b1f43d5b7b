// Columns of Nexmark events: computes just the fields asked for, a column at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/nexmark/nexmark_model.h"
#include "formats/format.h"
#include "types/batch.h"

namespace millrace {

// The table's full schema: event_type INT and the rows person, auction and bid.
const Schema& nexmarkSchema();
// Every column and field of the table must be one of nexmarkSchema(), with its type; the order is
// free and any may be left out.
Status checkNexmarkSchema(const Schema& table);

class NexmarkColumns {
 public:
  // Requires: checkNexmarkSchema(table).ok().
  NexmarkColumns(const Schema& table, const std::vector<DecodedField>& fields);

  // Events first .. first + count - 1.
  Batch make(const NexmarkModel& model, int64_t first, size_t count) const;

 private:
  std::vector<Type> types_;
  std::vector<std::string> paths_;  // "bid.price" of each column
};

}  // namespace millrace
