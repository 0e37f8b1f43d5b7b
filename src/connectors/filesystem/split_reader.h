// FileSplitReader: reads the splits of one subtask one after the other into batches. Large reads
// into reused buffers; string columns of a batch point into them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "connectors/connector.h"
#include "connectors/filesystem/byte_stream.h"
#include "connectors/filesystem/file_splits.h"
#include "connectors/filesystem/file_threads.h"
#include "env/env.h"
#include "types/batch.h"

namespace millrace {

// What every reader of a scan needs to know. Lives as long as the scan.
struct FileScan {
  // One output column: from the decoder, or the same for all rows of a file.
  struct OutputColumn {
    enum class Kind : uint8_t { kDecoded, kPartition, kMetadata };
    Kind kind = Kind::kDecoded;
    uint32_t decoded = 0;  // kDecoded: the decoder's column
    std::string key;       // kPartition: the column's name; kMetadata: the key
    Type type;
  };

  std::string root;
  std::string defaultPartition;
  const FormatDescriptor* format = nullptr;
  OptionReader formatOptions;
  DecoderRequest request;  // without metrics
  std::vector<OutputColumn> columns;
};

class FileSplitReader {
 public:
  // `metrics` may be nullptr. `threads`: they read the files, and wake whoever has found that
  // waits(); nullptr: read() itself does.
  FileSplitReader(const FileScan& scan, Env& env, OperatorMetrics* metrics,
                  FileThreads* threads = nullptr)
      : scan_(scan), env_(env), metrics_(metrics), threads_(threads) {}

  bool hasSplit() const { return hasSplit_; }
  // Requires: !hasSplit().
  Status start(FileSplit split);
  // With threads: everything of the split at hand has come and there is none to follow it; now is
  // the time to let the next one be fetched. It is started when start() would have to be called.
  bool wantsNext() const;
  void fetchNext(FileSplit split);
  // Reads a batch of at most maxRows records; it may be empty. After the last one hasSplit() is
  // false.
  Status read(size_t maxRows, Batch& out);
  // The last read() has stopped where it would have had to wait for the network.
  bool waits() const { return waits_; }
  // What was read of all splits so far.
  ReadFiles progress() const;

 private:
  // A split whose bytes are on their way.
  struct Incoming {
    FileSplit split;
    std::unique_ptr<ByteStream> stream;
  };

  static bool startsInside(const FileSplit& split);
  static uint64_t firstByte(const FileSplit& split);
  Result<std::unique_ptr<ByteStream>> openStream(const FileSplit& split);
  Status begin(Incoming incoming);
  // Brings the split to its first record.
  Status align();
  Status alignToRecord();
  Status skipByteOrderMark();
  Status readRecords(size_t maxRows, Batch& out);
  // Does nothing but set waits_ when it would have to wait.
  Status fill();
  BufferPtr takeBuffer(size_t size);
  // How much of the window holds whole records of this split; 0 when more must be read.
  size_t wholeRecords() const;
  Status decode(std::string_view text, size_t maxRows, Batch& out);
  Status makeConstants();
  Result<ColumnPtr> partitionColumn(const FileScan::OutputColumn& column);
  ColumnPtr metadataColumn(const FileScan::OutputColumn& column) const;
  void addConstants(Batch& batch) const;
  void finishSplit();
  bool atEnd() const;

  const FileScan& scan_;
  Env& env_;
  OperatorMetrics* metrics_;
  FileThreads* threads_;
  std::optional<Incoming> next_;
  bool waits_ = false;
  std::unique_ptr<Decoder> decoder_;
  bool hasSplit_ = false;
  bool aligned_ = false;   // behind the record that the split before has begun
  bool unmarked_ = false;  // behind the byte order mark, if any
  FileSplit split_;
  std::unique_ptr<ByteStream> stream_;
  std::vector<BufferPtr> pool_;
  BufferPtr buffer_;
  size_t begin_ = 0;       // of unread bytes in the buffer
  size_t end_ = 0;         // of bytes in the buffer
  uint64_t position_ = 0;  // in the file, of begin_
  bool streamEnded_ = false;
  std::vector<ColumnPtr> constants_;  // one row each; nullptr for decoded columns
  ReadFiles read_;
};

}  // namespace millrace
