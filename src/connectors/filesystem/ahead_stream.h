// The content of a file behind a network, fetched ahead of its reader by another thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "connectors/filesystem/byte_stream.h"
#include "connectors/filesystem/file_threads.h"

namespace millrace {

// As openByteStream(), but nothing waits: the file is opened and read by `threads`, which wake the
// reader. What is before `end` (kOpenEnd: everything) is fetched ahead, what lies behind it when
// read() gets there. read() requires isReady(), and returns the errors of opening too. Both outlive
// the stream; what is under way when it ends is finished without it.
std::unique_ptr<ByteStream> openAheadStream(FileSystem& files, std::string path, uint64_t offset,
                                            uint64_t end, FileThreads& threads);

}  // namespace millrace
