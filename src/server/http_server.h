// HttpServer: one port for HTTP/1.1 and HTTP/2, clear and TLS; the first bytes of a connection
// decide. Keep-alive, pipelining, chunked bodies, Expect: 100-continue, streams in both directions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "env/env.h"
#include "http/handler.h"

namespace millrace {

struct HttpServerOptions {
  std::string host = "127.0.0.1";
  uint16_t port = 0;  // 0: any free one
  // PEM texts; empty = no TLS.
  std::string certificate;
  std::string privateKey;

  // Handlers: `workerThreads` stay, more are added while all are busy (streams of slow clients) up
  // to the maximum, and leave when idle.
  int workerThreads = 4;
  int maxWorkerThreads = 128;

  uint32_t headerLimit = 64 << 10;     // bytes of a head; more is 431
  int maxConnections = 20'000;         // more are closed at once
  int64_t headTimeoutMillis = 20'000;  // from the first byte of a request to the end of its head
  int64_t idleTimeoutMillis = 75'000;  // between requests
  int64_t bodyTimeoutMillis = 30'000;  // without a byte of a body, either way
};

struct HttpServerStatistics {
  int64_t connections = 0;  // open now
  int64_t accepted = 0;
  int64_t requests = 0;
  int64_t workerThreads = 0;
};

// Thread-safe. The destructor stops it.
class HttpServer {
 public:
  // Listens; a port in use is an error that says so. The handler outlives the server.
  static Result<std::unique_ptr<HttpServer>> start(HttpHandler& handler, Env& env,
                                                   HttpServerOptions options);
  virtual ~HttpServer() = default;

  virtual uint16_t port() const = 0;
  virtual HttpServerStatistics statistics() const = 0;

  // Takes no new requests, lets running ones finish for at most `graceMillis`, and closes.
  virtual void stop(int64_t graceMillis) = 0;
};

}  // namespace millrace
