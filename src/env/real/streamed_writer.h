// The file of FileSystem::createStreamed on a local disk: what is written goes to the device at
// once, past the page cache where the file system can do that (O_DIRECT). A large snapshot then
// costs no second copy of its bytes, drives nothing else out of the cache, and leaves little for
// sync().
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "env/file_system.h"

namespace millrace {

class StreamedWriter final : public WritableFile {
 public:
  // Takes over the descriptor of an empty file.
  StreamedWriter(int descriptor, std::string path);
  // A file that was not closed keeps what reached the system; its user has given it up.
  ~StreamedWriter() override;

  Status append(std::string_view data) override;
  uint64_t size() const override { return size_; }
  // Ends the time of direct writing unless the size is that of whole blocks.
  Status flush() override;
  Status sync() override;
  Status close() override;

 private:
  struct Free {
    void operator()(char* memory) const { std::free(memory); }
  };

  Status write(const char* data, size_t size);
  void setDirect(bool on);

  int descriptor_;
  std::string path_;
  uint64_t size_ = 0;
  bool direct_ = false;
  std::unique_ptr<char, Free> buffer_;  // of kBuffer bytes; none before the first append
  size_t buffered_ = 0;
};

}  // namespace millrace
