// Layouts: the fast path of the JSON decoder. Records of one origin repeat the same text between
// their values: names, punctuation and the shape. A layout is that text, learnt from one record
// that the reference path has read, and what to do with the value after each piece. A record whose
// text agrees byte for byte everywhere between the values, and whose values are all well-formed
// scalars, has the learnt shape; any other record is left to the reference path. Several layouts
// are kept because streams interleave a few shapes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/json/json_column.h"
#include "formats/json/json_options.h"
#include "formats/json/json_projection.h"
#include "formats/json/json_record.h"

namespace millrace {

enum class JsonStepKind : uint8_t {
  kEnd,      // no value: the record ends after the text
  kSkip,     // a scalar that no column takes
  kSkipAny,  // any value that no column takes
  kInt32,
  kInt64,
  kString,
  kTimestamp,  // microseconds
  kScalar,     // any other scalar column
  kNested,     // ARRAY, MAP or ROW column
};

// Text to match, then a value.
struct JsonStep {
  const char* text = nullptr;  // inside JsonLayout::text, readable to the next multiple of 16
  uint32_t textSize = 0;
  JsonStepKind kind = JsonStepKind::kEnd;
  JsonColumn* column = nullptr;
};

struct JsonLayout {
  std::string text;
  std::vector<JsonStep> steps;
  uint64_t hits = 0;
};

// All layouts of one decoder. Not thread-safe.
class JsonLayouts {
 public:
  static constexpr size_t kMaxLayouts = 16;

  JsonLayouts(const Schema& schema, const JsonObjectFields& fields, const JsonOptions& options,
              std::vector<JsonColumn>& columns, JsonRecordReader& reader);

  // Reads the record at `p` into `row` when a layout fits: returns the position after its newline
  // (or `end`). nullptr when none does; the row's columns may then hold rubbish (clear() them).
  const char* read(const char* p, const char* end, size_t row);
  // Learns from a record that the reference path has accepted.
  void learn(std::string_view record);

 private:
  struct Draft;
  // The minute a timestamp started with last time: its text and value.
  struct Minute {
    char text[16] = {};
    int64_t micros = 0;
  };

  const char* run(const JsonLayout& layout, const char* p, const char* end, size_t row);
  const char* readValue(const JsonStep& step, const char* p, const char* end, size_t row);
  const char* readTimestamp(const JsonStep& step, const char* p, const char* end, size_t row);
  const char* readScalar(JsonColumn& column, const char* p, const char* end, size_t row);
  const char* readAny(const JsonStep& step, const char* p, const char* end, size_t row);
  bool learnObject(Draft& draft, const JsonObjectFields* fields, const Type& type);
  bool learnValue(Draft& draft, const JsonObjectFields::Field* field, const Type* declared);
  bool learnUnwanted(Draft& draft, const Type* declared);
  void addStep(Draft& draft, JsonStepKind kind, JsonColumn* column);

  Type rowType_;
  const JsonObjectFields& fields_;
  const JsonOptions& options_;
  std::vector<JsonColumn>& columns_;
  JsonRecordReader& reader_;
  // Owned by pointer because steps point into their layout's text.
  std::vector<std::unique_ptr<JsonLayout>> layouts_;
  JsonCursor cursor_;
  Minute minute_;
  std::string scratch_;
  uint64_t misses_ = 0;
  uint64_t hits_ = 0;
};

}  // namespace millrace
