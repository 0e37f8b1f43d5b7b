// The print connector: a sink that writes every change to standard output or standard error, at
// least once: it does not wait for checkpoints, so that changes behind the last one are printed
// again when the job goes on from there.
#include <fmt/format.h>

#include <cstdio>

#include "connectors/connector.h"
#include "connectors/print/print_text.h"

namespace millrace {

namespace {

class PrintSink : public Operator {
 public:
  PrintSink(std::string prefix, std::FILE* stream) : prefix_(std::move(prefix)), stream_(stream) {}

  Status processBatch(int, Batch batch, Output&) override {
    text_.clear();
    Rows rows = batch.rows();
    for (uint32_t i = 0; i < rows.count(); ++i) {
      text_ += prefix_;
      text_ += rowKindName(batch.kind(rows[i]));
      text_ += '[';
      for (size_t column = 0; column < batch.numColumns(); ++column) {
        if (column > 0) text_ += ", ";
        appendPrintText(*batch.column(column), rows[i], text_);
      }
      text_ += "]\n";
    }
    // One write per batch keeps the lines of several subtasks whole.
    bool written = std::fwrite(text_.data(), 1, text_.size(), stream_) == text_.size();
    if (written && std::fflush(stream_) == 0) return {};
    return Error(ErrorKind::kIo, "the print sink cannot write its output")
        .withHint("Check that whoever reads it has not closed it.");
  }

 private:
  std::string prefix_;
  std::FILE* stream_;
  std::string text_;
};

std::vector<OptionSpec> printOptions() {
  return {
      {"print-identifier", OptionType::kString, "", false, {}, "A text in front of every line."},
      {"standard-error",
       OptionType::kBoolean,
       "false",
       false,
       {},
       "Write to standard error instead of standard output."},
      {"sink.parallelism",
       OptionType::kInteger,
       "",
       false,
       {},
       "How many subtasks write; default: as many as send rows."},
  };
}

// "id:2> ", "id> ", "2> " or nothing: the identifier, and the subtask when there are several.
std::string prefixOf(const std::string& identifier, const SubtaskInfo& subtask) {
  std::string prefix = identifier;
  if (subtask.parallelism > 1) {
    if (!prefix.empty()) prefix += ':';
    prefix += std::to_string(subtask.index + 1);
  }
  return prefix.empty() ? prefix : prefix + "> ";
}

Result<OperatorPtr> makeSink(const SinkRequest& request, const SubtaskInfo& subtask, Env&) {
  TableOptions options = TRY(readTableOptions(request.table));
  std::FILE* stream = options.options.boolean("standard-error") ? stderr : stdout;
  return OperatorPtr(std::make_unique<PrintSink>(
      prefixOf(options.options.text("print-identifier"), subtask), stream));
}

}  // namespace

void addPrintConnector(ConnectorCatalog& catalog) {
  ConnectorDescriptor connector;
  connector.name = "print";
  connector.doc =
      "Writes every change to standard output, at least once: what comes behind the last "
      "checkpoint is printed again after a restart.";
  connector.options = printOptions();
  connector.makeSink = makeSink;
  connector.sinkAcceptsChangelog = true;
  catalog.add(std::move(connector));
}

}  // namespace millrace
