#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "server/http1_parser.h"
#include "server/request_body.h"
#include "server/session.h"

namespace millrace {

namespace {

constexpr size_t kIdleBuffer = 512;  // thousands of connections may wait for a request
constexpr size_t kHeadBuffer = 16 << 10;
constexpr size_t kBodyBuffer = 64 << 10;
constexpr int64_t kLingerMillis = 2000;
constexpr size_t kResponsePiece = 64 << 10;
constexpr uint64_t kDiscardLimit = 64 << 20;  // of a body that nobody wants
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

class Http1Session final : public HttpSession, public std::enable_shared_from_this<Http1Session> {
 public:
  Http1Session(SessionContext& context, std::shared_ptr<Transport> transport)
      : context_(context), transport_(std::move(transport)) {}

  void start(std::string initial) override {
    input_ = std::move(initial);
    beginRequest();
  }

  void checkDeadline(int64_t nowMillis) override {
    if (closed_ || nowMillis < deadline_) return;
    if (phase_ == Phase::kHead && !input_.empty() && !writing_) {
      return reject(408, "the request did not come in time\n");
    }
    abort();
  }

  void drain() override {
    draining_ = true;
    if (phase_ == Phase::kHead && input_.empty()) abort();
  }

  void abort() override {
    if (closed_) return;
    closed_ = true;
    failBody("the connection was closed");
    transport_->close();
  }

  bool closed() const override { return closed_; }

 private:
  enum class Phase : uint8_t {
    kHead,        // waiting for a request or reading its head
    kBody,        // reading a body into memory
    kHandling,    // the handler runs; a streamed body is read when it asks
    kResponding,  // the response is being written
    kDiscarding,  // reading the rest of a body that nobody wanted
    kLingering,   // answered for good; what still comes is ignored
  };

  void expectWithin(int64_t millis) { deadline_ = context_.nowMillis() + millis; }
  void expectNothing() { deadline_ = std::numeric_limits<int64_t>::max(); }

  void beginRequest() {
    if (draining_ && input_.empty()) return abort();
    phase_ = Phase::kHead;
    parser_.emplace(context_.options.headerLimit);
    request_ = std::make_shared<HttpRequest>();
    body_.reset();
    bodyComplete_ = false;
    discarded_ = 0;
    expectWithin(input_.empty() ? context_.options.idleTimeoutMillis
                                : context_.options.headTimeoutMillis);
    step();
  }

  // Parses what is there and goes on reading when that is not enough.
  void step() {
    while (!closed_) {
      size_t used = 0;
      Http1Parser::Step step = parser_->parse(input_, used, piece_);
      input_.erase(0, used);
      switch (step) {
        case Http1Parser::Step::kNeedMore:
          // Nothing of a request but its head is needed whole; chunk extensions have no end else.
          if (input_.size() > context_.options.headerLimit + kBodyBuffer) {
            return reject(431, "a line is too long\n");
          }
          return readMore();
        case Http1Parser::Step::kMalformed:
          return reject(400, "the request is not HTTP\n");
        case Http1Parser::Step::kTooLarge:
          return reject(431, "the head is too large\n");
        case Http1Parser::Step::kHead:
          if (!beginBody()) return;
          break;
        case Http1Parser::Step::kBody:
          if (!takePiece()) return;
          break;
        case Http1Parser::Step::kDone:
          return endBody();
      }
    }
  }

  void readMore() {
    if (reading_ || closed_) return;
    reading_ = true;
    size_t room = kBodyBuffer;
    if (phase_ == Phase::kHead) room = input_.empty() ? kIdleBuffer : kHeadBuffer;
    incoming_.resize(room);
    transport_->read(incoming_.data(), room, [self = shared_from_this()](bool ok, size_t count) {
      self->onRead(ok, count);
    });
  }

  void onRead(bool ok, size_t count) {
    reading_ = false;
    if (closed_) return;
    if (!ok) return peerGone();
    if (phase_ == Phase::kLingering) return readMore();
    if (phase_ == Phase::kHead && input_.empty()) expectWithin(context_.options.headTimeoutMillis);
    if (phase_ != Phase::kHead) expectWithin(context_.options.bodyTimeoutMillis);
    input_.append(incoming_, 0, count);
    // Idle connections keep no buffer.
    std::string().swap(incoming_);
    step();
  }

  void peerGone() {
    if (phase_ != Phase::kHandling && phase_ != Phase::kResponding) return abort();
    // The handler still runs: its answer has nowhere to go, but the body must fail.
    failBody("the client closed the connection");
    closeAfter_ = true;
  }

  // False when reading pauses here.
  bool beginBody() {
    *request_ = parser_->head();
    request_->secure = transport_->secure();
    request_->peerAddress = transport_->peerAddress();
    closeAfter_ = closeAfter_ || !parser_->keepAlive() || parser_->isHttp10();
    if (request_->headers.find("Host") == nullptr && !parser_->isHttp10()) {
      reject(400, "the Host header is missing\n");
      return false;
    }
    policy_ = context_.handler.bodyPolicy(*request_);
    std::optional<uint64_t> length = parser_->contentLength();
    if (policy_.kind == BodyPolicy::Kind::kStreamed) {
      beginStreaming(length);
      return false;
    }
    if (length && *length > policy_.limit) {
      reject(413, "the body is too large\n");
      return false;
    }
    phase_ = Phase::kBody;
    expectWithin(context_.options.bodyTimeoutMillis);
    if (length && *length > 0) request_->body.reserve(*length);
    if (parser_->expectsContinue() && length != 0 && input_.empty()) {
      sendContinue();
      return false;
    }
    return true;
  }

  void sendContinue() {
    writing_ = true;
    transport_->write({kContinue}, [self = shared_from_this()](bool ok, size_t) {
      self->writing_ = false;
      if (self->closed_) return;
      if (!ok) return self->abort();
      self->step();
    });
  }

  void beginStreaming(std::optional<uint64_t> length) {
    phase_ = Phase::kHandling;
    expectNothing();
    body_ = std::make_shared<RequestBody>(length, [weak = weak_from_this(), &context = context_] {
      context.post([weak] {
        if (auto self = weak.lock()) self->resumeBody();
      });
    });
    request_->stream = body_;
    wantsContinue_ = parser_->expectsContinue() && input_.empty();
    handle();
  }

  // The handler wants more of the body.
  void resumeBody() {
    if (closed_ || !body_ || bodyComplete_ || reading_ || writing_ || phase_ != Phase::kHandling) {
      return;
    }
    expectWithin(context_.options.bodyTimeoutMillis);
    if (wantsContinue_) {
      wantsContinue_ = false;
      return sendContinue();
    }
    step();
  }

  // A piece of the body is in piece_. False when reading pauses here.
  bool takePiece() {
    std::string piece;
    piece.swap(piece_);
    if (phase_ == Phase::kBody) {
      if (request_->body.size() + piece.size() > policy_.limit) {
        reject(413, "the body is too large\n");
        return false;
      }
      request_->body += piece;
      return true;
    }
    if (phase_ != Phase::kHandling) {
      discarded_ += piece.size();
      if (discarded_ <= kDiscardLimit) return true;
      abort();
      return false;
    }
    if (body_->push(piece)) return true;
    expectNothing();
    return false;
  }

  void endBody() {
    bodyComplete_ = true;
    if (phase_ == Phase::kBody) {
      phase_ = Phase::kHandling;
      expectNothing();
      return handle();
    }
    if (phase_ == Phase::kDiscarding) return finishRequest();
    if (phase_ != Phase::kHandling) return;
    body_->end();
    expectNothing();
  }

  void failBody(const char* why) {
    if (body_) body_->fail(Error(ErrorKind::kIo, why));
  }

  void handle() {
    context_.onRequest();
    context_.workers.submit([self = shared_from_this(), request = request_] {
      auto response = std::make_shared<HttpResponse>(runHandler(self->context_.handler, *request));
      self->context_.post([self, response] { self->respond(std::move(*response)); });
    });
  }

  // An answer of the server itself; the connection ends with it.
  void reject(int status, std::string text) {
    closeAfter_ = true;
    bodyComplete_ = true;
    lingers_ = true;
    respond(textResponse(status, std::move(text)));
  }

  void respond(HttpResponse response) {
    if (closed_) return;
    phase_ = Phase::kResponding;
    response_ = std::move(response);
    closeAfter_ = closeAfter_ || response_.closeConnection || draining_;
    // A client that waits for 100 Continue gets the answer instead and sends no body.
    if (wantsContinue_) {
      wantsContinue_ = false;
      closeAfter_ = true;
      bodyComplete_ = true;
      lingers_ = true;
    }
    failBody("the request has been answered");
    expectWithin(context_.options.bodyTimeoutMillis);
    writeHead();
  }

  void writeHead() {
    const bool hasBody = responseHasBody(request_->method, response_.status);
    std::optional<uint64_t> stated = takeContentLength(response_);
    if (stated && !response_.headLength) response_.headLength = stated;
    head_ = fmt::format("HTTP/1.1 {} {}\r\n", response_.status, httpReason(response_.status));
    bool dated = false;
    for (const auto& [name, value] : response_.headers) {
      fmt::format_to(std::back_inserter(head_), "{}: {}\r\n", name, value);
      dated = dated || name == "Date";
    }
    if (!dated) head_ += fmt::format("Date: {}\r\n", context_.httpDate());
    addLength(hasBody);
    head_ += closeAfter_ ? "Connection: close\r\n\r\n" : "\r\n";
    if (!hasBody) {
      response_.body.clear();
      response_.stream.reset();
    }
    write({head_, response_.body}, [this] {
      if (response_.stream) return readResponse();
      responseWritten();
    });
  }

  void addLength(bool hasBody) {
    chunked_ = false;
    if (response_.stream && hasBody) {
      std::optional<uint64_t> length = response_.stream->remaining();
      if (!length && parser_ && parser_->isHttp10()) {
        closeAfter_ = true;  // the end of the connection is the end of the body
      } else if (!length) {
        chunked_ = true;
        head_ += "Transfer-Encoding: chunked\r\n";
      } else {
        head_ += fmt::format("Content-Length: {}\r\n", *length);
      }
    } else if (response_.status >= 200 && response_.status != 204 && response_.status != 304) {
      std::optional<uint64_t> length = response_.body.size();
      if (response_.stream) length = response_.stream->remaining();
      if (!hasBody && response_.headLength) length = response_.headLength;
      if (length) head_ += fmt::format("Content-Length: {}\r\n", *length);
    }
  }

  // Streams are read on a worker, a piece at a time, and written here.
  void readResponse() {
    expectNothing();
    context_.workers.submit([self = shared_from_this(), stream = response_.stream] {
      auto piece = std::make_shared<std::string>(kResponsePiece, '\0');
      Result<size_t> count = stream->read(piece->data(), piece->size());
      bool ok = count.ok();
      piece->resize(ok ? count.value() : 0);
      self->context_.post([self, piece, ok] { self->writePiece(std::move(*piece), ok); });
    });
  }

  void writePiece(std::string piece, bool ok) {
    if (closed_) return;
    // A client must not take a part for the whole: the connection breaks.
    if (!ok) return abort();
    expectWithin(context_.options.bodyTimeoutMillis);
    outgoing_ = std::move(piece);
    bool last = outgoing_.empty();
    std::vector<std::string_view> pieces;
    if (chunked_) {
      head_ = last ? "0\r\n\r\n" : fmt::format("{:x}\r\n", outgoing_.size());
      pieces = {head_, outgoing_};
      if (!last) pieces.push_back("\r\n");
    } else {
      pieces = {outgoing_};
    }
    write(pieces, [this, last] {
      if (!last) return readResponse();
      responseWritten();
    });
  }

  template <typename Next>
  void write(const std::vector<std::string_view>& pieces, Next next) {
    writing_ = true;
    transport_->write(pieces, [self = shared_from_this(), next](bool ok, size_t) {
      self->writing_ = false;
      if (self->closed_) return;
      if (!ok) return self->abort();
      next();
    });
  }

  void responseWritten() {
    response_ = {};
    outgoing_ = {};
    if (bodyComplete_) return finishRequest();
    phase_ = Phase::kDiscarding;
    body_.reset();
    expectWithin(context_.options.bodyTimeoutMillis);
    if (!reading_) step();
  }

  // Closing while bytes of the client are unread would take the answer away from it.
  void linger() {
    phase_ = Phase::kLingering;
    expectWithin(kLingerMillis);
    transport_->shutdownWrite();
    std::string().swap(input_);
    readMore();
  }

  void finishRequest() {
    if (closeAfter_ && lingers_) return linger();
    if (closeAfter_) return abort();
    // Not recursively: a client may send thousands of requests at once.
    context_.post([self = shared_from_this()] {
      if (!self->closed_) self->beginRequest();
    });
  }

  SessionContext& context_;
  std::shared_ptr<Transport> transport_;
  Phase phase_ = Phase::kHead;
  std::string input_;     // read, not parsed
  std::string incoming_;  // being read
  std::string piece_;     // of the body, parsed
  std::string head_;      // being written
  std::string outgoing_;  // being written
  std::optional<Http1Parser> parser_;
  std::shared_ptr<HttpRequest> request_;
  std::shared_ptr<RequestBody> body_;
  BodyPolicy policy_;
  HttpResponse response_;
  uint64_t discarded_ = 0;
  int64_t deadline_ = std::numeric_limits<int64_t>::max();
  bool reading_ = false;
  bool writing_ = false;
  bool bodyComplete_ = false;
  bool wantsContinue_ = false;
  bool chunked_ = false;
  bool closeAfter_ = false;
  bool lingers_ = false;
  bool draining_ = false;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<HttpSession> makeHttp1Session(SessionContext& context,
                                              std::shared_ptr<Transport> transport) {
  return std::make_shared<Http1Session>(context, std::move(transport));
}

}  // namespace millrace
