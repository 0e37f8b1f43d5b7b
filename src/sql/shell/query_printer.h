// QueryPrinter: turns the changes of a running query into text, in one of the output forms of the
// command. Not thread-safe; writes nothing itself, the caller sends the text where it belongs.
//
//   auto printer = makeQueryPrinter(OutputForm::kTableau, schema, options);
//   printer->begin(out);
//   while (...) printer->add(batch, out);
//   printer->end({.complete = true}, out);
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "types/batch.h"
#include "types/type.h"
#include "types/value.h"

namespace millrace {

class TimeZone;

enum class OutputForm : uint8_t {
  kTableau,    // a box with the column op, rows as they arrive
  kTable,      // the final rows, one JSON object a line, sorted by bytes
  kChangelog,  // every change as {"op":"+I","row":{...}}
  kCsv,        // a header, then the rows: as they arrive when nothing is retracted, else the final
};

// By its name, in any case.
std::optional<OutputForm> outputFormOf(std::string_view name);

struct QueryPrintOptions {
  const TimeZone* zone = nullptr;  // of TIMESTAMP_LTZ in kTableau; nullptr is UTC
  size_t maxColumnWidth = 30;      // of columns of variable length in kTableau
  bool insertOnly = false;         // no change will take a row back
};

struct QueryEnd {
  bool complete = true;  // otherwise it was stopped by the user
  double seconds = -1;   // shown when not negative
};

class QueryPrinter {
 public:
  virtual ~QueryPrinter() = default;
  // All append to `out`.
  virtual void begin(std::string& out) = 0;
  virtual void add(const Batch& batch, std::string& out) = 0;
  virtual void end(const QueryEnd& end, std::string& out) = 0;
};

std::unique_ptr<QueryPrinter> makeQueryPrinter(OutputForm form, const Schema& schema,
                                               const QueryPrintOptions& options);

// A finished small table: SHOW, DESCRIBE, SET. In kTableau a box and "2 rows in set"; the single
// text of SHOW CREATE is printed as it is. Otherwise as a query with these rows. The zone is that
// of TIMESTAMP_LTZ in kTableau; nullptr is UTC.
std::string printRows(OutputForm form, const Schema& schema,
                      const std::vector<std::vector<Value>>& rows, const TimeZone* zone);

}  // namespace millrace
