#include "server/http1_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <limits>

namespace millrace {

namespace http = boost::beast::http;
using ErrorCode = boost::system::error_code;

struct Http1Parser::State {
  http::request_parser<http::buffer_body> parser;
  bool headSeen = false;
};

namespace {

constexpr size_t kPiece = 64 << 10;

// "http://host/path" as proxies send it -> "/path"
std::string_view originForm(std::string_view target) {
  size_t scheme = target.find("://");
  if (target.starts_with('/') || scheme == std::string_view::npos) return target;
  size_t slash = target.find('/', scheme + 3);
  return slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
}

}  // namespace

Http1Parser::Http1Parser(uint32_t headerLimit) : state_(std::make_unique<State>()) {
  state_->parser.header_limit(headerLimit);
  state_->parser.body_limit(std::numeric_limits<uint64_t>::max());
}

Http1Parser::~Http1Parser() = default;

Http1Parser::Step Http1Parser::parse(std::string_view input, size_t& used, std::string& body) {
  used = 0;
  auto& parser = state_->parser;
  if (parser.is_done()) return Step::kDone;
  ErrorCode error;
  if (!state_->headSeen) {
    used = parser.put(boost::asio::buffer(input.data(), input.size()), error);
    if (error == http::error::need_more || (!error && !parser.is_header_done())) {
      return Step::kNeedMore;
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
      return Step::kTooLarge;
    }
    if (error) return Step::kMalformed;
    state_->headSeen = true;
    parser.eager(true);
    return Step::kHead;
  }
  size_t before = body.size();
  body.resize(before + std::min(kPiece, std::max<size_t>(input.size(), 1)));
  parser.get().body().data = body.data() + before;
  parser.get().body().size = body.size() - before;
  parser.get().body().more = true;
  used = parser.put(boost::asio::buffer(input.data(), input.size()), error);
  body.resize(body.size() - parser.get().body().size);
  if (error == http::error::need_buffer) error = {};
  if (error && error != http::error::need_more) return Step::kMalformed;
  if (body.size() > before) return Step::kBody;
  return parser.is_done() ? Step::kDone : Step::kNeedMore;
}

HttpRequest Http1Parser::head() const {
  const auto& message = state_->parser.get();
  HttpRequest request;
  request.method = std::string(message.method_string());
  std::string_view target = originForm({message.target().data(), message.target().size()});
  size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (request.path.empty()) request.path = "/";
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  for (const auto& field : message) {
    request.headers.add(std::string(field.name_string()), std::string(field.value()));
  }
  return request;
}

std::optional<uint64_t> Http1Parser::contentLength() const {
  auto length = state_->parser.content_length();
  if (length) return *length;
  if (state_->parser.chunked()) return {};
  return 0;
}

bool Http1Parser::expectsContinue() const {
  auto expect = state_->parser.get()[http::field::expect];
  return boost::beast::iequals(expect, "100-continue");
}

bool Http1Parser::keepAlive() const { return state_->parser.get().keep_alive(); }

bool Http1Parser::isHttp10() const { return state_->parser.get().version() < 11; }

}  // namespace millrace
