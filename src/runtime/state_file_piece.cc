#include "runtime/state_file_piece.h"

#include <thread>

#include "runtime/checkpoint_output.h"
#include "runtime/task.h"

namespace millrace {

namespace {

// What a writer must have to do so that a thread is started for it.
constexpr size_t kWorthAThread = size_t{1} << 20;

// The pieces of one writer.
class Share {
 public:
  void add(StateFilePiece piece) {
    bytes_ += piece.bytes.size();
    pieces_.push_back(std::move(piece));
  }
  size_t bytes() const { return bytes_; }

  void write(CheckpointOutput& output) {
    for (StateFilePiece& piece : pieces_) {
      size_t size = piece.bytes.size();
      if (status_.ok()) {
        status_ = output.append(piece.task->node(piece.node), piece.task->subtask().index,
                                std::move(piece.bytes), piece.last);
      }
      piece.task->snapshotWritten(size);
    }
  }
  Status takeStatus() { return std::move(status_); }

 private:
  std::vector<StateFilePiece> pieces_;
  size_t bytes_ = 0;
  Status status_;
};

}  // namespace

Status writePieces(CheckpointOutput& output, std::vector<StateFilePiece> pieces,
                   uint32_t numWriters) {
  std::vector<Share> shares(numWriters);
  for (StateFilePiece& piece : pieces) {
    shares[piece.task->subtask().index % numWriters].add(std::move(piece));
  }
  std::vector<std::thread> threads;
  for (size_t i = 1; i < shares.size(); ++i) {
    if (shares[i].bytes() < kWorthAThread) continue;
    threads.emplace_back([&share = shares[i], &output] { share.write(output); });
  }
  for (size_t i = 0; i < shares.size(); ++i) {
    if (i == 0 || shares[i].bytes() < kWorthAThread) shares[i].write(output);
  }
  for (std::thread& thread : threads) thread.join();
  Status status;
  for (Share& share : shares) {
    Status written = share.takeStatus();
    if (status.ok()) status = std::move(written);
  }
  return status;
}

}  // namespace millrace
