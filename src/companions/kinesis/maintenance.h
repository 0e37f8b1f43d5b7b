// Maintenance: the thread that syncs records and does what is due at its time.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "base/log.h"
#include "companions/kinesis/options.h"
#include "companions/kinesis/stream/stream_catalog.h"

namespace millrace::kinesis {

class Maintenance {
 public:
  // The catalogue and the log outlive it.
  Maintenance(StreamCatalog& catalog, Log& log, const KinesisOptions& options);
  ~Maintenance();

  // Ends the thread and syncs all records. Called twice, the second time does nothing.
  void stop();

 private:
  void run();
  void report(std::string_view problem, const Status& status);

  StreamCatalog& catalog_;
  Log& log_;
  const int64_t syncIntervalMillis_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace millrace::kinesis
