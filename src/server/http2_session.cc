#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>
#include <memory>

#include "server/request_body.h"
#include "server/session.h"

namespace millrace {

namespace {

constexpr size_t kReadBuffer = 32 << 10;
constexpr size_t kResponsePiece = 64 << 10;
constexpr uint32_t kMaxStreams = 128;
constexpr int32_t kStreamWindow = 256 << 10;
constexpr int32_t kConnectionWindow = 4 << 20;
constexpr int kMaxResets = 1000;  // of streams that a client opens and cancels

// One request and its response.
struct Stream {
  int32_t id = 0;
  std::shared_ptr<HttpRequest> request = std::make_shared<HttpRequest>();
  size_t headerBytes = 0;
  BodyPolicy policy;
  std::optional<uint64_t> length;
  std::shared_ptr<RequestBody> body;
  size_t unconsumed = 0;  // bytes that the window does not cover yet: the reader is slow
  bool answered = false;  // what still comes of the body is ignored
  bool handed = false;    // to the handler
  bool ended = false;     // the request is complete

  HttpResponse response;
  std::string outgoing;   // a piece of the response
  size_t sent = 0;        // of outgoing
  bool finished = false;  // nothing follows outgoing
  bool reading = false;   // a worker reads the next piece
};

class Http2Session final : public HttpSession, public std::enable_shared_from_this<Http2Session> {
 public:
  Http2Session(SessionContext& context, std::shared_ptr<Transport> transport)
      : context_(context), transport_(std::move(transport)) {}

  ~Http2Session() override { nghttp2_session_del(session_); }

  void start(std::string initial) override {
    makeSession();
    touch(context_.options.headTimeoutMillis);
    feed(initial);
    if (!closed_) readMore();
  }

  void checkDeadline(int64_t nowMillis) override {
    if (!closed_ && nowMillis >= deadline_) abort();
  }

  void drain() override {
    if (closed_) return;
    draining_ = true;
    nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE,
                          nghttp2_session_get_last_proc_stream_id(session_), NGHTTP2_NO_ERROR,
                          nullptr, 0);
    flush();
  }

  void abort() override {
    if (closed_) return;
    closed_ = true;
    for (auto& [id, stream] : streams_) failBody(*stream);
    transport_->close();
  }

  bool closed() const override { return closed_; }

 private:
  static Http2Session& self(void* user) { return *static_cast<Http2Session*>(user); }

  void makeSession() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
          return self(user).onBeginHeaders(*frame);
        });
    nghttp2_session_callbacks_set_on_header_callback(
        callbacks,
        [](nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name, size_t nameSize,
           const uint8_t* value, size_t valueSize, uint8_t, void* user) {
          return self(user).onHeader(frame->hd.stream_id,
                                     {reinterpret_cast<const char*>(name), nameSize},
                                     {reinterpret_cast<const char*>(value), valueSize});
        });
    nghttp2_session_callbacks_set_on_frame_recv_callback(
        callbacks, [](nghttp2_session*, const nghttp2_frame* frame, void* user) {
          return self(user).onFrame(*frame);
        });
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(
        callbacks,
        [](nghttp2_session*, uint8_t, int32_t id, const uint8_t* data, size_t size, void* user) {
          return self(user).onData(id, {reinterpret_cast<const char*>(data), size});
        });
    nghttp2_session_callbacks_set_on_stream_close_callback(
        callbacks, [](nghttp2_session*, int32_t id, uint32_t error, void* user) {
          return self(user).onStreamClose(id, error);
        });
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    // Windows open as the readers read: a slow one stops its client.
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_session_server_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, kMaxStreams},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, context_.options.headerLimit}};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, std::size(settings));
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kConnectionWindow);
  }

  // The deadline holds while the session waits for the client; handlers have no deadline.
  void touch(int64_t millis) { deadline_ = context_.nowMillis() + millis; }

  // What a stream waits for: the handler or its reader, not the client.
  static bool waitsForUs(const Stream& stream) {
    if (stream.answered) return stream.reading;
    return stream.unconsumed > 0 || (stream.handed && stream.ended);
  }

  void updateDeadline() {
    bool ours = false;
    for (const auto& [id, stream] : streams_) ours = ours || waitsForUs(*stream);
    if (ours && pending_.empty()) {
      deadline_ = std::numeric_limits<int64_t>::max();
    } else {
      touch(streams_.empty() ? context_.options.idleTimeoutMillis
                             : context_.options.bodyTimeoutMillis);
    }
  }

  void readMore() {
    if (reading_ || closed_) return;
    reading_ = true;
    incoming_.resize(kReadBuffer);
    transport_->read(incoming_.data(), incoming_.size(),
                     [self = shared_from_this()](bool ok, size_t count) {
                       self->reading_ = false;
                       if (self->closed_) return;
                       if (!ok) return self->abort();
                       self->feed(std::string_view(self->incoming_).substr(0, count));
                       self->readMore();
                     });
  }

  void feed(std::string_view bytes) {
    feeding_ = true;  // callbacks may not send
    ssize_t used = nghttp2_session_mem_recv(
        session_, reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    feeding_ = false;
    if (used < 0) return abort();
    flush();
  }

  // Writes what nghttp2 wants to send, one buffer at a time.
  void flush() {
    if (closed_ || writing_ || feeding_) return;
    pending_.clear();
    constexpr size_t kEnough = 64 << 10;
    while (pending_.size() < kEnough) {
      const uint8_t* data = nullptr;
      ssize_t size = nghttp2_session_mem_send(session_, &data);
      if (size < 0) return abort();
      if (size == 0) break;
      pending_.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    }
    updateDeadline();
    if (pending_.empty()) {
      bool over =
          nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
      if (over || (draining_ && streams_.empty())) abort();
      return;
    }
    writing_ = true;
    transport_->write({pending_}, [self = shared_from_this()](bool ok, size_t) {
      self->writing_ = false;
      if (self->closed_) return;
      if (!ok) return self->abort();
      self->pending_.clear();
      self->flush();
    });
  }

  Stream* find(int32_t id) {
    auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : found->second.get();
  }

  int onBeginHeaders(const nghttp2_frame& frame) {
    if (frame.hd.type != NGHTTP2_HEADERS || frame.headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    auto stream = std::make_shared<Stream>();
    stream->id = frame.hd.stream_id;
    stream->request->secure = transport_->secure();
    stream->request->peerAddress = transport_->peerAddress();
    streams_.emplace(stream->id, std::move(stream));
    return 0;
  }

  int onHeader(int32_t id, std::string_view name, std::string_view value) {
    Stream* stream = find(id);
    if (stream == nullptr || stream->handed) return 0;
    stream->headerBytes += name.size() + value.size();
    if (stream->headerBytes > context_.options.headerLimit) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    HttpRequest& request = *stream->request;
    if (name == ":method") {
      request.method = value;
    } else if (name == ":path") {
      size_t question = value.find('?');
      request.path = value.substr(0, question);
      if (question != std::string_view::npos) request.query = value.substr(question + 1);
    } else if (name == ":authority") {
      request.headers.set("Host", std::string(value));
    } else if (!name.starts_with(':') && !(name == "host" && request.headers.contains("Host"))) {
      request.headers.add(std::string(name), std::string(value));
    }
    return 0;
  }

  int onFrame(const nghttp2_frame& frame) {
    Stream* stream = find(frame.hd.stream_id);
    if (stream == nullptr) return 0;
    bool ends = (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame.hd.type == NGHTTP2_HEADERS && frame.headers.cat == NGHTTP2_HCAT_REQUEST) {
      beginBody(*stream);
    }
    if (ends && (frame.hd.type == NGHTTP2_HEADERS || frame.hd.type == NGHTTP2_DATA)) {
      endBody(*stream);
    }
    return 0;
  }

  void beginBody(Stream& stream) {
    HttpRequest& request = *stream.request;
    if (request.path.empty() || request.path[0] != '/') request.path = '/' + request.path;
    std::optional<uint64_t> length = lengthOf(request);
    stream.policy = context_.handler.bodyPolicy(request);
    if (stream.policy.kind == BodyPolicy::Kind::kBuffered) {
      if (length && *length > stream.policy.limit) reject(stream, 413, "the body is too large\n");
      return;
    }
    int32_t id = stream.id;
    stream.body =
        std::make_shared<RequestBody>(length, [weak = weak_from_this(), &context = context_, id] {
          context.post([weak, id] {
            if (auto session = weak.lock()) session->consume(id);
          });
        });
    request.stream = stream.body;
    handle(stream);
  }

  static std::optional<uint64_t> lengthOf(const HttpRequest& request) {
    HttpResponse probe;
    if (const std::string* text = request.headers.find("Content-Length")) {
      probe.headers.add("Content-Length", *text);
    }
    return takeContentLength(probe);
  }

  int onData(int32_t id, std::string_view bytes) {
    Stream* stream = find(id);
    size_t consumed = bytes.size();
    if (stream != nullptr && !stream->answered) {
      if (stream->body) {
        if (!stream->body->push(bytes)) {
          stream->unconsumed += bytes.size();
          consumed = 0;
        }
      } else if (stream->request->body.size() + bytes.size() > stream->policy.limit) {
        reject(*stream, 413, "the body is too large\n");
      } else {
        stream->request->body.append(bytes);
      }
    }
    if (consumed > 0) nghttp2_session_consume(session_, id, consumed);
    return 0;
  }

  // The reader has made room.
  void consume(int32_t id) {
    Stream* stream = closed_ ? nullptr : find(id);
    if (stream == nullptr || stream->unconsumed == 0) return;
    nghttp2_session_consume(session_, id, stream->unconsumed);
    stream->unconsumed = 0;
    flush();
  }

  void endBody(Stream& stream) {
    stream.ended = true;
    if (stream.answered) return;
    if (stream.body) {
      stream.body->end();
    } else {
      handle(stream);
    }
  }

  int onStreamClose(int32_t id, uint32_t error) {
    auto found = streams_.find(id);
    if (found == streams_.end()) return 0;
    failBody(*found->second);
    // What a reader never took belongs back to the connection's window.
    if (found->second->unconsumed > 0) {
      nghttp2_session_consume_connection(session_, found->second->unconsumed);
    }
    streams_.erase(found);
    if (error != NGHTTP2_NO_ERROR && ++resets_ > kMaxResets) return NGHTTP2_ERR_CALLBACK_FAILURE;
    return 0;
  }

  static void failBody(Stream& stream) {
    if (stream.body) stream.body->fail(Error(ErrorKind::kIo, "the stream was closed"));
  }

  void handle(Stream& stream) {
    if (stream.handed) return;
    stream.handed = true;
    context_.onRequest();
    context_.workers.submit([self = shared_from_this(), id = stream.id, request = stream.request] {
      auto response = std::make_shared<HttpResponse>(runHandler(self->context_.handler, *request));
      self->context_.post([self, id, response] {
        Stream* stream = self->closed_ ? nullptr : self->find(id);
        if (stream != nullptr) self->respond(*stream, std::move(*response));
      });
    });
  }

  void reject(Stream& stream, int status, std::string text) {
    stream.handed = true;
    respond(stream, textResponse(status, std::move(text)));
  }

  void respond(Stream& stream, HttpResponse response) {
    stream.answered = true;
    failBody(stream);
    std::optional<uint64_t> stated = takeContentLength(response);
    if (stated && !response.headLength) response.headLength = stated;
    bool hasBody = responseHasBody(stream.request->method, response.status);
    std::optional<uint64_t> length = response.body.size();
    if (response.stream) length = response.stream->remaining();
    if (!hasBody) {
      length = response.headLength ? response.headLength : length;
      response.body.clear();
      response.stream.reset();
    }
    response.headers.add("date", context_.httpDate());
    if (length && response.status != 204 && response.status != 304) {
      response.headers.add("content-length", fmt::format("{}", *length));
    }
    stream.response = std::move(response);
    stream.outgoing = std::move(stream.response.body);
    stream.finished = !stream.response.stream;
    submitHeaders(stream, hasBody && (stream.response.stream || !stream.outgoing.empty()));
    flush();
  }

  void submitHeaders(Stream& stream, bool withBody) {
    std::vector<std::string> texts;  // names in lower case; values
    texts.reserve(stream.response.headers.fields().size() * 2 + 1);
    texts.push_back(fmt::format("{}", stream.response.status));
    std::vector<nghttp2_nv> fields;
    auto field = [](std::string_view name, std::string_view value) {
      return nghttp2_nv{reinterpret_cast<uint8_t*>(const_cast<char*>(name.data())),
                        reinterpret_cast<uint8_t*>(const_cast<char*>(value.data())), name.size(),
                        value.size(), NGHTTP2_NV_FLAG_NONE};
    };
    fields.push_back(field(":status", texts[0]));
    for (const auto& [name, value] : stream.response.headers) {
      std::string lower = name;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      if (lower == "connection" || lower == "transfer-encoding") continue;
      texts.push_back(std::move(lower));
      std::string_view nameText = texts.back();
      fields.push_back(field(nameText, value));
    }
    nghttp2_data_provider provider{};
    provider.source.ptr = &stream;
    provider.read_callback = [](nghttp2_session*, int32_t, uint8_t* out, size_t size,
                                uint32_t* flags, nghttp2_data_source* source, void* user) {
      return self(user).provide(*static_cast<Stream*>(source->ptr),
                                {reinterpret_cast<char*>(out), size}, *flags);
    };
    nghttp2_submit_response(session_, stream.id, fields.data(), fields.size(),
                            withBody ? &provider : nullptr);
  }

  ssize_t provide(Stream& stream, std::pair<char*, size_t> out, uint32_t& flags) {
    size_t left = stream.outgoing.size() - stream.sent;
    if (left == 0 && !stream.finished) {
      readResponse(stream);
      return NGHTTP2_ERR_DEFERRED;
    }
    size_t count = std::min(left, out.second);
    std::memcpy(out.first, stream.outgoing.data() + stream.sent, count);
    stream.sent += count;
    if (stream.sent == stream.outgoing.size() && stream.finished) flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(count);
  }

  void readResponse(Stream& stream) {
    if (stream.reading) return;
    stream.reading = true;
    context_.workers.submit(
        [self = shared_from_this(), id = stream.id, body = stream.response.stream] {
          auto piece = std::make_shared<std::string>(kResponsePiece, '\0');
          Result<size_t> count = body->read(piece->data(), piece->size());
          bool ok = count.ok();
          piece->resize(ok ? count.value() : 0);
          self->context_.post([self, id, piece, ok] {
            Stream* stream = self->closed_ ? nullptr : self->find(id);
            if (stream != nullptr) self->onPiece(*stream, std::move(*piece), ok);
          });
        });
  }

  void onPiece(Stream& stream, std::string piece, bool ok) {
    stream.reading = false;
    stream.finished = piece.empty();
    stream.outgoing = std::move(piece);
    stream.sent = 0;
    if (ok) {
      nghttp2_session_resume_data(session_, stream.id);
    } else {
      // A client must not take a part for the whole.
      nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_INTERNAL_ERROR);
    }
    flush();
  }

  SessionContext& context_;
  std::shared_ptr<Transport> transport_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, std::shared_ptr<Stream>> streams_;
  std::string incoming_;
  std::string pending_;  // being written
  int64_t deadline_ = std::numeric_limits<int64_t>::max();
  int resets_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool feeding_ = false;
  bool draining_ = false;
  bool closed_ = false;
};

}  // namespace

std::shared_ptr<HttpSession> makeHttp2Session(SessionContext& context,
                                              std::shared_ptr<Transport> transport) {
  return std::make_shared<Http2Session>(context, std::move(transport));
}

}  // namespace millrace
