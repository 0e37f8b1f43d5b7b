// HttpHandler: what a server calls for every request.
#pragma once

#include <cstdint>

#include "http/message.h"

namespace millrace {

struct BodyPolicy {
  enum class Kind : uint8_t { kBuffered, kStreamed };
  Kind kind = Kind::kBuffered;
  // A longer body is answered with 413 before the handler runs; for kStreamed it is the handler's
  // own business.
  uint64_t limit = 0;
};

class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // How the body of this request is to be taken; method, path, query and headers are there. Called
  // on an I/O thread: must not block.
  virtual BodyPolicy bodyPolicy(const HttpRequest& head) = 0;

  // Called on a worker thread, for several requests at the same time; may block. What it leaves
  // unread of a streamed body is discarded by the server.
  virtual HttpResponse handle(HttpRequest& request) = 0;
};

}  // namespace millrace
