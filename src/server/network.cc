#include "server/network.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <sys/resource.h>

#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

namespace millrace {

namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr unsigned char kTlsHandshake = 0x16;  // the first byte of a TLS connection

std::vector<asio::const_buffer> buffersOf(const std::vector<std::string_view>& pieces) {
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(pieces.size());
  for (std::string_view piece : pieces) buffers.emplace_back(piece.data(), piece.size());
  return buffers;
}

std::string addressOf(const Tcp::socket& socket) {
  ErrorCode error;
  Tcp::endpoint endpoint = socket.remote_endpoint(error);
  return error ? std::string() : endpoint.address().to_string();
}

// Counts a connection for as long as it lives.
class Counted {
 public:
  explicit Counted(std::atomic<int64_t>& count) : count_(count) { ++count_; }
  ~Counted() { --count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;

 private:
  std::atomic<int64_t>& count_;
};

class PlainTransport final : public Transport {
 public:
  PlainTransport(Tcp::socket socket, std::atomic<int64_t>& count)
      : counted_(count), socket_(std::move(socket)), peer_(addressOf(socket_)) {}

  void read(char* data, size_t size, Done done) override {
    socket_.async_read_some(
        asio::buffer(data, size),
        [done = std::move(done)](ErrorCode error, size_t count) { done(!error, count); });
  }
  void write(const std::vector<std::string_view>& pieces, Done done) override {
    asio::async_write(
        socket_, buffersOf(pieces),
        [done = std::move(done)](ErrorCode error, size_t count) { done(!error, count); });
  }
  void shutdownWrite() override {
    ErrorCode ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    ErrorCode ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }
  bool secure() const override { return false; }
  bool negotiatedHttp2() const override { return false; }
  const std::string& peerAddress() const override { return peer_; }

 private:
  Counted counted_;
  Tcp::socket socket_;
  std::string peer_;
};

class TlsTransport final : public Transport, public std::enable_shared_from_this<TlsTransport> {
 public:
  TlsTransport(Tcp::socket socket, asio::ssl::context& context, std::atomic<int64_t>& count)
      : counted_(count), peer_(addressOf(socket)), stream_(std::move(socket), context) {}

  void handshake(int64_t timeoutMillis, std::function<void(bool)> done) {
    auto timer = std::make_shared<asio::steady_timer>(stream_.get_executor(),
                                                      std::chrono::milliseconds(timeoutMillis));
    timer->async_wait([self = weak_from_this()](ErrorCode error) {
      if (auto transport = self.lock(); transport && !error) transport->close();
    });
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this(), timer, done = std::move(done)](ErrorCode error) {
          timer->cancel();
          done(!error);
        });
  }

  void read(char* data, size_t size, Done done) override {
    stream_.async_read_some(asio::buffer(data, size),
                            [self = shared_from_this(), done = std::move(done)](
                                ErrorCode error, size_t count) { done(!error, count); });
  }
  void write(const std::vector<std::string_view>& pieces, Done done) override {
    asio::async_write(stream_, buffersOf(pieces),
                      [self = shared_from_this(), done = std::move(done)](
                          ErrorCode error, size_t count) { done(!error, count); });
  }
  void shutdownWrite() override {
    ErrorCode ignored;
    stream_.next_layer().shutdown(Tcp::socket::shutdown_send, ignored);
  }
  // Without the closing handshake: messages have their own ends.
  void close() override {
    ErrorCode ignored;
    stream_.next_layer().shutdown(Tcp::socket::shutdown_both, ignored);
    stream_.next_layer().close(ignored);
  }
  bool secure() const override { return true; }
  bool negotiatedHttp2() const override {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(const_cast<asio::ssl::stream<Tcp::socket>&>(stream_).native_handle(),
                           &name, &size);
    return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
  }
  const std::string& peerAddress() const override { return peer_; }

 private:
  Counted counted_;
  std::string peer_;
  asio::ssl::stream<Tcp::socket> stream_;
};

int chooseProtocol(SSL*, const unsigned char** out, unsigned char* outSize,
                   const unsigned char* offered, unsigned offeredSize, void*) {
  static const unsigned char kKnown[] = "\x02h2\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, outSize, kKnown, sizeof(kKnown) - 1, offered, offeredSize) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

class AsioNetwork final : public Network {
 public:
  AsioNetwork(NetworkOptions options, NetworkCallbacks callbacks)
      : options_(std::move(options)), callbacks_(std::move(callbacks)) {}

  ~AsioNetwork() override { stop(); }

  Status open() {
    raiseDescriptorLimit();
    if (!options_.certificate.empty()) TRY(openTls());
    ErrorCode error;
    Tcp::resolver resolver(io_);
    auto found = resolver.resolve(options_.host, fmt::format("{}", options_.port),
                                  Tcp::resolver::passive, error);
    if (error) return listenError(error);
    Tcp::endpoint endpoint = *found.begin();
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) return listenError(error);
    port_ = acceptor_.local_endpoint().port();
    accept();
    tick();
    thread_ = std::thread([this] { io_.run(); });
    return {};
  }

  uint16_t port() const override { return port_; }
  int64_t numConnections() const override { return open_; }
  int64_t numAccepted() const override { return accepted_; }
  void post(std::function<void()> work) override { asio::post(io_, std::move(work)); }

  void stopAccepting() override {
    post([this] {
      ErrorCode ignored;
      acceptor_.close(ignored);
    });
  }

  void stop() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  // A connection takes a descriptor, and the soft limit is often 1,024.
  static void raiseDescriptorLimit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }

  Error listenError(const ErrorCode& error) const {
    std::string place = fmt::format("{}:{}", options_.host, options_.port);
    if (error == asio::error::address_in_use) {
      return Error(ErrorKind::kIo, fmt::format("could not listen on {}: the port is in use", place))
          .withHint("Stop the program that uses it, or choose another with --port.");
    }
    return Error(ErrorKind::kIo, fmt::format("could not listen on {}: {}", place, error.message()))
        .withHint("Name an address of this machine with --host.");
  }

  Status openTls() {
    tls_.emplace(asio::ssl::context::tls_server);
    ErrorCode error;
    tls_->use_certificate_chain(asio::buffer(options_.certificate), error);
    if (!error) {
      tls_->use_private_key(asio::buffer(options_.privateKey), asio::ssl::context::pem, error);
    }
    if (error) {
      return Error(ErrorKind::kInvalidOption,
                   fmt::format("the certificate or its key cannot be used: {}", error.message()))
          .withHint("Give a PEM certificate and the PEM key that belongs to it.");
    }
    SSL_CTX_set_min_proto_version(tls_->native_handle(), TLS1_2_VERSION);
    SSL_CTX_set_alpn_select_cb(tls_->native_handle(), chooseProtocol, nullptr);
    // Buffers of idle connections are given back: thousands may wait.
    SSL_CTX_set_mode(tls_->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    return {};
  }

  void accept() {
    acceptor_.async_accept([this](ErrorCode error, Tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (!error) {
        ++accepted_;
        if (open_ < options_.maxConnections) arrived(std::move(socket));
        accept();
        return;
      }
      // Out of descriptors: what is there must end first.
      retry_.expires_after(std::chrono::milliseconds(50));
      retry_.async_wait([this](ErrorCode) { accept(); });
    });
  }

  // The first byte tells TLS from clear text.
  void arrived(Tcp::socket socket) {
    ErrorCode ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    auto shared = std::make_shared<Tcp::socket>(std::move(socket));
    auto timer = std::make_shared<asio::steady_timer>(
        io_, std::chrono::milliseconds(options_.handshakeTimeoutMillis));
    auto counted = std::make_shared<Counted>(open_);
    timer->async_wait([weak = std::weak_ptr(shared)](ErrorCode error) {
      ErrorCode closing;
      if (auto waiting = weak.lock(); waiting && !error) waiting->close(closing);
    });
    shared->async_wait(Tcp::socket::wait_read, [this, shared, timer, counted](ErrorCode error) {
      timer->cancel();
      unsigned char first = 0;
      if (error || ::recv(shared->native_handle(), &first, 1, MSG_PEEK) != 1) return;
      begin(std::move(*shared), first);
    });
  }

  void begin(Tcp::socket socket, unsigned char first) {
    if (first != kTlsHandshake || !tls_) {
      callbacks_.onConnection(std::make_shared<PlainTransport>(std::move(socket), open_));
      return;
    }
    auto transport = std::make_shared<TlsTransport>(std::move(socket), *tls_, open_);
    transport->handshake(options_.handshakeTimeoutMillis, [this, transport](bool ok) {
      if (ok) callbacks_.onConnection(transport);
    });
  }

  void tick() {
    ticker_.expires_after(std::chrono::seconds(1));
    ticker_.async_wait([this](ErrorCode error) {
      if (error) return;
      callbacks_.onTick();
      tick();
    });
  }

  NetworkOptions options_;
  NetworkCallbacks callbacks_;
  std::atomic<int64_t> open_{0};
  std::atomic<int64_t> accepted_{0};
  std::optional<asio::ssl::context> tls_;
  asio::io_context io_{1};
  Tcp::acceptor acceptor_{io_};
  asio::steady_timer retry_{io_};
  asio::steady_timer ticker_{io_};
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<Network>> Network::start(NetworkOptions options,
                                                NetworkCallbacks callbacks) {
  auto network = std::make_unique<AsioNetwork>(std::move(options), std::move(callbacks));
  TRY(network->open());
  return std::unique_ptr<Network>(std::move(network));
}

}  // namespace millrace
