#include "connectors/kinesis/message_batch.h"

#include <algorithm>
#include <cstring>

#include "formats/message_decoder.h"
#include "types/column_builder.h"

namespace millrace {

namespace {

BufferPtr bufferOf(size_t size) {
  auto buffer = std::make_shared<Buffer>(size);
  std::memset(buffer->data() + size, 0, Buffer::kPadding);
  return buffer;
}

}  // namespace

Result<std::unique_ptr<MessageBatchDecoder>> MessageBatchDecoder::make(const ScanRequest& request,
                                                                       const TableOptions& options,
                                                                       OperatorMetrics* metrics) {
  if (options.format->makeDecoder == nullptr) {
    return Error(ErrorKind::kUnsupported, "reading the format '" + options.format->name + "'")
        .withHint("Use the table as a sink only.");
  }
  std::unique_ptr<MessageBatchDecoder> made(new MessageBatchDecoder());
  DecoderRequest wanted;
  wanted.schema = request.table.physical;
  wanted.fields = request.fields;
  wanted.zone = request.zone;
  wanted.metrics = &made->own_;
  made->decoder_ = TRY(options.format->makeDecoder(wanted, options.formatOptions));
  for (const DecodedField& field : request.fields) made->types_.push_back(field.type);
  made->isCsv_ = options.format->framing == Framing::kCsvLines;
  made->quotes_ = "\"";
  for (const char* key : {"quote-character", "escape-character"}) {
    auto written = options.formatOptions.all().find(key);
    if (written != options.formatOptions.all().end()) made->quotes_ += written->second;
  }
  made->metrics_ = metrics;
  return made;
}

bool MessageBatchDecoder::mayJoin(std::string_view message) const {
  if (!isCsv_) return true;
  // A quote that is not closed would swallow the messages behind it.
  return message.find_first_of(quotes_) == std::string_view::npos &&
         message.find('\n') == std::string_view::npos;
}

// All messages as lines of one text. A line end inside JSON is white space.
Status MessageBatchDecoder::decodeJoined(std::span<const std::string_view> messages,
                                         std::vector<Batch>& out) {
  size_t size = 0;
  for (std::string_view message : messages) size += message.size() + 1;
  BufferPtr buffer = bufferOf(size);
  char* to = buffer->data();
  for (std::string_view message : messages) {
    if (!message.empty()) std::memcpy(to, message.data(), message.size());
    std::replace(to, to + message.size(), '\n', ' ');
    to += message.size();
    *to++ = '\n';
  }
  std::string_view rest(buffer->data(), size);
  while (!rest.empty()) {
    Batch batch;
    size_t consumed = 0;
    TRY(decoder_->decode(rest, buffer, messages.size(), batch, consumed));
    if (consumed == 0) break;
    rest.remove_prefix(consumed);
    if (batch.numRows() > 0) out.push_back(std::move(batch));
  }
  return {};
}

Status MessageBatchDecoder::decodeSingly(std::span<const std::string_view> messages,
                                         std::vector<Batch>& out, std::vector<uint32_t>& messageOf,
                                         size_t& failed) {
  for (size_t i = 0; i < messages.size(); ++i) {
    failed = i;
    BufferPtr buffer = bufferOf(messages[i].size());
    if (messages[i].empty()) continue;
    std::memcpy(buffer->data(), messages[i].data(), messages[i].size());
    if (!isCsv_) std::replace(buffer->data(), buffer->data() + messages[i].size(), '\n', ' ');
    Batch batch;
    size_t consumed = 0;
    // The first record counts, as in Flink.
    TRY(decoder_->decode({buffer->data(), messages[i].size()}, buffer, 1, batch, consumed));
    messageOf.insert(messageOf.end(), batch.numRows(), static_cast<uint32_t>(i));
    if (batch.numRows() > 0) out.push_back(std::move(batch));
  }
  return {};
}

Batch MessageBatchDecoder::concatenate(std::vector<Batch> batches) const {
  if (batches.size() == 1) return std::move(batches[0]);
  std::vector<ColumnBuilder> builders(types_.begin(), types_.end());
  size_t rows = 0;
  std::vector<RowKind> kinds;
  bool changes = false;
  for (const Batch& batch : batches) {
    for (size_t row = 0; row < batch.numRows(); ++row) {
      for (size_t i = 0; i < builders.size(); ++i) builders[i].append(*batch.column(i), row);
      kinds.push_back(batch.kind(row));
    }
    changes = changes || batch.kinds() != nullptr;
    rows += batch.numRows();
  }
  std::vector<ColumnPtr> columns;
  for (ColumnBuilder& builder : builders) columns.push_back(builder.finish());
  Batch joined(std::move(columns), rows);
  if (changes) std::copy(kinds.begin(), kinds.end(), joined.allocateKinds());
  return joined;
}

Status MessageBatchDecoder::decode(std::span<const std::string_view> messages, bool needsMessages,
                                   Batch& out, std::vector<uint32_t>& messageOf, size_t& failed) {
  messageOf.clear();
  failed = 0;
  if (auto* whole = dynamic_cast<WholeMessages*>(decoder_.get())) {
    size_t size = 0;
    for (std::string_view message : messages) size += message.size();
    BufferPtr buffer = bufferOf(size);
    std::vector<std::string_view> copies;
    char* to = buffer->data();
    for (std::string_view message : messages) {
      if (!message.empty()) std::memcpy(to, message.data(), message.size());
      copies.emplace_back(to, message.size());
      to += message.size();
    }
    for (uint32_t i = 0; i < messages.size(); ++i) messageOf.push_back(i);
    return whole->decodeMessages(copies, buffer, out);
  }
  uint64_t malformed = own_.malformedRecords.load(std::memory_order_relaxed);
  std::vector<Batch> batches;
  bool joined = std::all_of(messages.begin(), messages.end(),
                            [&](std::string_view message) { return mayJoin(message); });
  if (joined) joined = decodeJoined(messages, batches).ok();
  size_t rows = 0;
  for (const Batch& batch : batches) rows += batch.numRows();
  bool dropped = own_.malformedRecords.load(std::memory_order_relaxed) != malformed;
  // Rows are those of the messages, one by one, if none was dropped and there are as many: an array
  // stands alone in its batch.
  bool aligned = joined && !dropped && rows == messages.size() && batches.size() == 1;
  if (joined && (aligned || !needsMessages)) {
    if (needsMessages) {
      for (uint32_t i = 0; i < rows; ++i) messageOf.push_back(i);
    }
  } else {
    batches.clear();
    own_.malformedRecords.store(malformed, std::memory_order_relaxed);
    TRY(decodeSingly(messages, batches, messageOf, failed));
  }
  uint64_t now = own_.malformedRecords.load(std::memory_order_relaxed);
  if (metrics_ != nullptr && now != malformed) bump(metrics_->malformedRecords, now - malformed);
  out = concatenate(std::move(batches));
  return {};
}

}  // namespace millrace
