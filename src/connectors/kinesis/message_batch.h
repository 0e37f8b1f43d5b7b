// MessageBatchDecoder: messages, one record each, to columns, by a format that is made for streams
// of lines.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace millrace {

// One thread.
class MessageBatchDecoder {
 public:
  // Malformed records are counted in `metrics`, which must outlive it.
  static Result<std::unique_ptr<MessageBatchDecoder>> make(const ScanRequest& request,
                                                           const TableOptions& options,
                                                           OperatorMetrics* metrics);

  // Decodes all messages. `messageOf` gets the message of each row when `needsMessages` (else it is
  // left as it is); a message gives one row, or none if the format skips it, or several if it is a
  // JSON array. On an error `failed` is the message that is malformed.
  Status decode(std::span<const std::string_view> messages, bool needsMessages, Batch& out,
                std::vector<uint32_t>& messageOf, size_t& failed);

 private:
  MessageBatchDecoder() = default;
  bool mayJoin(std::string_view message) const;
  Status decodeJoined(std::span<const std::string_view> messages, std::vector<Batch>& out);
  Status decodeSingly(std::span<const std::string_view> messages, std::vector<Batch>& out,
                      std::vector<uint32_t>& messageOf, size_t& failed);
  Batch concatenate(std::vector<Batch> batches) const;

  std::unique_ptr<Decoder> decoder_;
  std::vector<Type> types_;
  bool isCsv_ = false;
  std::string quotes_;   // csv: characters that may hide a line end
  OperatorMetrics own_;  // of the decoder: counts what may have to be counted again
  OperatorMetrics* metrics_ = nullptr;
};

}  // namespace millrace
