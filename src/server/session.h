// HttpSession: one connection speaking one version of HTTP. Everything on the I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "http/handler.h"
#include "server/http_server.h"
#include "server/network.h"
#include "server/request_threads.h"

namespace millrace {

// What all sessions of a server share; outlives them.
struct SessionContext {
  HttpHandler& handler;
  const HttpServerOptions& options;
  RequestThreads& workers;
  std::function<void(std::function<void()>)> post;  // to the I/O thread
  std::function<int64_t()> nowMillis;               // monotonic
  std::function<std::string()> httpDate;
  std::function<void()> onRequest;
};

class HttpSession {
 public:
  virtual ~HttpSession() = default;
  // Begins with bytes that were read already.
  virtual void start(std::string initial) = 0;
  // Closes the connection when its deadline has passed.
  virtual void checkDeadline(int64_t nowMillis) = 0;
  // Takes no further requests, and closes as soon as nothing is under way.
  virtual void drain() = 0;
  // Closes now; bodies that are being read fail.
  virtual void abort() = 0;
  virtual bool closed() const = 0;
};

std::shared_ptr<HttpSession> makeHttp1Session(SessionContext& context,
                                              std::shared_ptr<Transport> transport);
std::shared_ptr<HttpSession> makeHttp2Session(SessionContext& context,
                                              std::shared_ptr<Transport> transport);

// Runs the handler; what it throws is a 500.
HttpResponse runHandler(HttpHandler& handler, HttpRequest& request);

// Removes the field that a handler set and returns its number: the session writes its own.
std::optional<uint64_t> takeContentLength(HttpResponse& response);

// A method that must not have a body in its response, or a status.
bool responseHasBody(const std::string& method, int status);

}  // namespace millrace
