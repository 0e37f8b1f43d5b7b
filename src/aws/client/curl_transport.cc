#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include "aws/client/cancellation.h"
#include "aws/client/http_transport.h"

namespace millrace {

namespace {

// How long a cancelled call may go on.
constexpr int kCancelCheckMillis = 50;

void initializeCurlOnce() {
  static const CURLcode kResult = curl_global_init(CURL_GLOBAL_DEFAULT);
  CHECK(kResult == CURLE_OK, "libcurl does not start");
}

// Addresses that no proxy knows: this machine, and the metadata services of EC2 and ECS.
bool isDirect(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "[::1]" || host.starts_with("169.254.") || host == "[fd00:ec2::254]" ||
         host == "[fd00:ec2::23]";
}

struct SlistDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// A request under way: what libcurl's callbacks write to.
struct Exchange {
  HttpResponse response;
  uint64_t maxBytes = 0;
  bool tooLong = false;
};

size_t onHeader(char* data, size_t, size_t size, void* to) {
  HttpResponse& response = static_cast<Exchange*>(to)->response;
  std::string_view line(data, size);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  // Another response begins: what came before was a 100.
  if (line.starts_with("HTTP/")) response.headers = HttpHeaders();
  size_t colon = line.find(':');
  if (colon == std::string_view::npos) return size;
  std::string_view value = line.substr(colon + 1);
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  response.headers.add(std::string(line.substr(0, colon)), std::string(value));
  return size;
}

size_t onBody(char* data, size_t, size_t size, void* to) {
  auto& exchange = *static_cast<Exchange*>(to);
  std::string& body = exchange.response.body;
  if (body.size() + size > exchange.maxBytes) {
    exchange.tooLong = true;
    return 0;
  }
  if (body.empty()) {
    std::string_view length = exchange.response.headers.get("Content-Length");
    uint64_t bytes = 0;
    for (char c : length)
      bytes = c >= '0' && c <= '9' && bytes < 1 << 30 ? bytes * 10 + c - '0' : 0;
    if (bytes <= exchange.maxBytes) body.reserve(bytes);
  }
  body.append(data, size);
  return size;
}

// One easy handle with its connections. Used by one thread at a time.
class Connection {
 public:
  Connection() : easy_(curl_easy_init()), multi_(curl_multi_init()) {
    CHECK(easy_ != nullptr && multi_ != nullptr, "libcurl has no memory");
  }
  ~Connection() {
    curl_easy_cleanup(easy_);
    curl_multi_cleanup(multi_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The origin it was used with last: a connection to it is probably still open.
  const std::string& origin() const { return origin_; }

  Result<HttpResponse> send(const HttpOrigin& origin, const HttpRequest& request,
                            const SendOptions& options, const TransportOptions& transport) {
    origin_ = origin.url();
    Exchange exchange;
    exchange.maxBytes = options.maxResponseBytes;
    std::array<char, CURL_ERROR_SIZE> text{};
    std::unique_ptr<curl_slist, SlistDeleter> headers = headersOf(request);
    prepare(origin, request, options, transport);
    curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(easy_, CURLOPT_ERRORBUFFER, text.data());
    curl_easy_setopt(easy_, CURLOPT_HEADERDATA, &exchange);
    curl_easy_setopt(easy_, CURLOPT_WRITEDATA, &exchange);
    CURLcode code = perform(options.cancellation);
    if (options.cancellation != nullptr && options.cancellation->isCancelled()) {
      return Error(ErrorKind::kCancelled, fmt::format("the call to '{}' was cancelled", origin_));
    }
    if (exchange.tooLong) {
      return Error(ErrorKind::kIo, fmt::format("'{}' answers with more than {} bytes", origin_,
                                               options.maxResponseBytes));
    }
    if (code != CURLE_OK) return failure(code, text.data());
    long status = 0;
    curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
    exchange.response.status = static_cast<int>(status);
    return std::move(exchange.response);
  }

 private:
  static std::unique_ptr<curl_slist, SlistDeleter> headersOf(const HttpRequest& request) {
    curl_slist* list = nullptr;
    auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
    for (const auto& [name, value] : request.headers) {
      // A field without a value is removed by libcurl unless it ends with a semicolon.
      add(value.empty() ? name + ';' : fmt::format("{}: {}", name, value));
    }
    // What libcurl would add of its own.
    add("Expect:");
    if (!request.headers.contains("Accept")) add("Accept:");
    if (!request.headers.contains("Content-Type")) add("Content-Type:");
    return std::unique_ptr<curl_slist, SlistDeleter>(list);
  }

  void prepare(const HttpOrigin& origin, const HttpRequest& request, const SendOptions& options,
               const TransportOptions& transport) {
    curl_easy_reset(easy_);  // keeps connections and DNS
    std::string url = origin_ + (request.path.empty() ? "/" : request.path);
    if (!request.query.empty()) url += '?' + request.query;
    curl_easy_setopt(easy_, CURLOPT_URL, url.c_str());
    curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy_, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    curl_easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);  // keys of S3 may hold "//" and ".."
    curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &onHeader);
    curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &onBody);
    curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(options.connectTimeoutMillis));
    curl_easy_setopt(easy_, CURLOPT_TIMEOUT_MS, static_cast<long>(options.totalTimeoutMillis));
    curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(std::max<int64_t>(1, options.idleTimeoutMillis / 1000)));
    if (isDirect(origin.host)) curl_easy_setopt(easy_, CURLOPT_PROXY, "");
    if (!transport.caBundle.empty()) {
      curl_easy_setopt(easy_, CURLOPT_CAINFO, transport.caBundle.c_str());
    }
    if (!transport.verifyCertificates) {
      curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (request.method == "HEAD") {
      curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    } else if (request.method == "POST" || request.method == "PUT" || !request.body.empty()) {
      curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(request.body.size()));
      curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request.body.data());
    }
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  CURLcode perform(const Cancellation* cancellation) {
    CURLcode result = CURLE_FAILED_INIT;
    curl_multi_add_handle(multi_, easy_);
    int running = 1;
    while (running > 0 && (cancellation == nullptr || !cancellation->isCancelled())) {
      if (curl_multi_perform(multi_, &running) != CURLM_OK) break;
      if (running > 0) curl_multi_poll(multi_, nullptr, 0, kCancelCheckMillis, nullptr);
    }
    int left = 0;
    while (CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) result = message->data.result;
    }
    curl_multi_remove_handle(multi_, easy_);
    return result;
  }

  Error failure(CURLcode code, std::string_view detail) const {
    if (detail.empty()) detail = curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT) {
      return Error(ErrorKind::kIo, fmt::format("the call to '{}' timed out: {}", origin_, detail));
    }
    if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
      return Error(ErrorKind::kIo,
                   fmt::format("the certificate of '{}' is not trusted: {}", origin_, detail))
          .withHint("Name a file with the authority's certificate in AWS_CA_BUNDLE.");
    }
    return Error(ErrorKind::kIo, fmt::format("cannot reach '{}': {}", origin_, detail))
        .withHint("Check that the endpoint is right and that the service runs.");
  }

  CURL* easy_;
  CURLM* multi_;
  std::string origin_;
};

class CurlTransport final : public HttpTransport {
 public:
  explicit CurlTransport(const TransportOptions& options) : options_(options) {
    initializeCurlOnce();
  }

  Result<HttpResponse> send(const HttpOrigin& origin, const HttpRequest& request,
                            const SendOptions& options) override {
    std::unique_ptr<Connection> connection = take(origin.url());
    Result<HttpResponse> response = connection->send(origin, request, options, options_);
    // After an error nobody knows what the connection still holds.
    if (response.ok()) giveBack(std::move(connection));
    return response;
  }

 private:
  // One that is connected to the origin if there is one, the most recently used first.
  std::unique_ptr<Connection> take(const std::string& origin) {
    std::lock_guard lock(mutex_);
    for (size_t i = idle_.size(); i-- > 0;) {
      if (idle_[i]->origin() != origin) continue;
      std::unique_ptr<Connection> found = std::move(idle_[i]);
      idle_.erase(idle_.begin() + static_cast<ptrdiff_t>(i));
      return found;
    }
    return std::make_unique<Connection>();
  }

  void giveBack(std::unique_ptr<Connection> connection) {
    std::unique_ptr<Connection> oldest;
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
    if (idle_.size() <= options_.maxIdleConnections) return;
    oldest = std::move(idle_.front());
    idle_.erase(idle_.begin());
  }

  TransportOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace

std::shared_ptr<HttpTransport> makeHttpTransport(const TransportOptions& options) {
  return std::make_shared<CurlTransport>(options);
}

}  // namespace millrace
