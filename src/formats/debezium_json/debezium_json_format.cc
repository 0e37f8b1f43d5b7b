// The debezium-json format: rows with what becomes of them, as Debezium reports changes of a
// database. An added row is {"before":null,"after":{...},"op":"c"}, one that is taken back
// {"before":{...},"after":null,"op":"d"}; as in Flink an update is one of each. Only written.
#include <fmt/format.h>

#include "formats/format.h"
#include "formats/json/json_encoder.h"
#include "formats/json/json_options.h"

namespace millrace {

namespace {

// The options of the rows inside are json's; these two say how json is read.
std::vector<OptionSpec> optionSpecs() {
  std::vector<OptionSpec> specs = {
      {"schema-include",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "Whether the records hold their schema too; only false can be written."},
  };
  for (const OptionSpec& spec : jsonOptionSpecs()) {
    bool isJsonOnly = spec.key == "fail-on-missing-field" || spec.key.starts_with("decode.");
    if (!isJsonOnly) specs.push_back(spec);
  }
  return specs;
}

Result<OptionReader> jsonOptions(const OptionReader& options) {
  OptionMap map = options.all();
  map.erase("schema-include");
  return OptionReader::make("format 'debezium-json'", jsonOptionSpecs(), std::move(map));
}

Status validate(const Schema& schema, const OptionReader& options) {
  if (options.boolean("schema-include")) {
    return Error(ErrorKind::kInvalidOption,
                 "'debezium-json.schema-include' = 'true' is for reading only")
        .withHint("Remove the option.");
  }
  OptionReader json = TRY(jsonOptions(options));
  return validateJson(schema, json);
}

class DebeziumJsonEncoder : public Encoder {
 public:
  DebeziumJsonEncoder(const Schema& schema, const JsonOptions& options)
      : rowEncoder_(makeJsonEncoder(schema, options)) {
    if (options.ignoreNullFields) return;
    noBefore_ = "\"before\":null,";
    noAfter_ = ",\"after\":null";
  }

  Status encode(const Batch& batch, std::string& out) override {
    Rows rows = batch.rows();
    for (uint32_t i = 0; i < rows.count(); ++i) TRY(encodeRow(batch, rows[i], out));
    return {};
  }

  Status encodeRow(const Batch& batch, uint32_t row, std::string& out) override {
    bool added = isAdd(batch.kind(row));
    out += '{';
    if (added) out += noBefore_;
    out += added ? "\"after\":" : "\"before\":";
    TRY(rowEncoder_->encodeRow(batch, row, out));
    out.pop_back();  // its line end
    if (!added) out += noAfter_;
    out += added ? ",\"op\":\"c\"}\n" : ",\"op\":\"d\"}\n";
    return {};
  }

 private:
  std::unique_ptr<Encoder> rowEncoder_;
  std::string_view noBefore_;
  std::string_view noAfter_;
};

Result<std::unique_ptr<Encoder>> makeEncoder(const Schema& schema, const OptionReader& options) {
  TRY(validate(schema, options));
  OptionReader json = TRY(jsonOptions(options));
  return std::unique_ptr<Encoder>(
      std::make_unique<DebeziumJsonEncoder>(schema, readJsonOptions(json)));
}

}  // namespace

void addDebeziumJsonFormat(FormatCatalog& catalog) {
  FormatDescriptor format;
  format.name = "debezium-json";
  format.doc = "One JSON object per change and line, as Debezium writes them; for sinks.";
  format.options = optionSpecs();
  format.framing = Framing::kLines;
  format.encodesChanges = true;
  format.validate = validate;
  format.makeEncoder = makeEncoder;
  catalog.add(std::move(format));
}

}  // namespace millrace
