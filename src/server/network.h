// Network: the I/O thread. It accepts connections, clear and TLS on one port, moves bytes, and runs
// everything that belongs to a connection; nothing on it may block.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace {

// One connection. All calls and callbacks on the I/O thread. At most one read and one write at a
// time; buffers must live until the callback.
class Transport {
 public:
  // False and 0 when the connection is over.
  using Done = std::function<void(bool ok, size_t count)>;

  virtual ~Transport() = default;  // closes
  // At least one byte.
  virtual void read(char* data, size_t size, Done done) = 0;
  // All of the pieces.
  virtual void write(const std::vector<std::string_view>& pieces, Done done) = 0;
  // Says to the peer that nothing more comes; reading goes on.
  virtual void shutdownWrite() = 0;
  // Ends what is under way; the callbacks come with ok = false.
  virtual void close() = 0;

  virtual bool secure() const = 0;
  virtual bool negotiatedHttp2() const = 0;  // by ALPN
  virtual const std::string& peerAddress() const = 0;
};

struct NetworkOptions {
  std::string host;
  uint16_t port = 0;
  std::string certificate;  // PEM; empty = no TLS
  std::string privateKey;
  int64_t handshakeTimeoutMillis = 10'000;
  int maxConnections = 0;
};

struct NetworkCallbacks {
  // A connection, ready for use.
  std::function<void(std::shared_ptr<Transport>)> onConnection;
  std::function<void()> onTick;  // every second
};

// post() is thread-safe; the destructor stops the thread.
class Network {
 public:
  static Result<std::unique_ptr<Network>> start(NetworkOptions options, NetworkCallbacks callbacks);
  virtual ~Network() = default;

  virtual uint16_t port() const = 0;
  virtual int64_t numConnections() const = 0;
  virtual int64_t numAccepted() const = 0;
  // Runs work on the I/O thread.
  virtual void post(std::function<void()> work) = 0;
  virtual void stopAccepting() = 0;
  // No callback comes afterwards.
  virtual void stop() = 0;
};

}  // namespace millrace
