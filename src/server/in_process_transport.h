// InProcessTransport: the clients of aws/client for services of this very process. A request is
// answered on the thread that sends it, so a call never waits for a free worker thread: operations
// may call other services however many of them run.
#pragma once

#include <memory>
#include <shared_mutex>

#include "aws/client/http_transport.h"
#include "http/handler.h"

namespace millrace {

// Thread-safe.
class InProcessTransport final : public HttpTransport {
 public:
  // Who answers from now on; it lives until close(). Calls before are errors (kIo).
  void open(HttpHandler& handler);
  // Waits for calls that are on their way; later ones are errors (kIo).
  void close();

  // The origin says nothing: the dispatcher looks at target, signature and path.
  Result<HttpResponse> send(const HttpOrigin& origin, const HttpRequest& request,
                            const SendOptions& options) override;

 private:
  std::shared_mutex mutex_;  // held shared during a call
  HttpHandler* handler_ = nullptr;
};

}  // namespace millrace
