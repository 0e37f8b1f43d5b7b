// HttpTransport: sends a request and waits for the response. Whoever calls it waits for the
// network: never a worker of the engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "http/message.h"

namespace millrace {

class Cancellation;

struct SendOptions {
  int64_t connectTimeoutMillis = 10'000;
  // Without a byte in either direction for so long, the call fails.
  int64_t idleTimeoutMillis = 60'000;
  // For the whole call; 0 = none.
  int64_t totalTimeoutMillis = 0;
  uint64_t maxResponseBytes = uint64_t{1} << 30;
  // May be null. Must outlive the call.
  const Cancellation* cancellation = nullptr;
};

// Where requests go: "https://kinesis.eu-west-1.amazonaws.com", "http://127.0.0.1:4566".
struct HttpOrigin {
  bool secure = true;
  std::string host;  // IPv6 in brackets
  int port = 0;      // 0 = the scheme's

  // For the Host header: without the port when it is the scheme's.
  std::string authority() const;
  std::string url() const;
};

// "http[s]://host[:port][/path]"; the path, if any, is returned in `path` (may be null).
// kInvalidOption when it is none.
Result<HttpOrigin> parseOrigin(const std::string& url, std::string* path = nullptr);

// Thread-safe. Connections are kept and used again.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  // The request's Host header, if there, is sent as it is. The body is request.body; the response
  // has its body in memory. Redirects are not followed. kIo when no response came (the message
  // says why and where; `timed out` is part of it when that is so), kCancelled.
  virtual Result<HttpResponse> send(const HttpOrigin& origin, const HttpRequest& request,
                                    const SendOptions& options) = 0;
};

struct TransportOptions {
  // A file of certificates to trust instead of the system's; "" = the system's.
  std::string caBundle;
  bool verifyCertificates = true;
  // Idle connections that are kept, over all origins.
  size_t maxIdleConnections = 32;
};

// By libcurl: HTTP/1.1, TLS with verification, proxies from http_proxy, https_proxy and no_proxy
// except for this machine and for metadata services.
std::shared_ptr<HttpTransport> makeHttpTransport(const TransportOptions& options);

}  // namespace millrace
