// Requests and responses of HTTP/1.1 and HTTP/2 as values.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/body_reader.h"

namespace millrace {

// Header fields in the order of the message. Names compare without case.
class HttpHeaders {
 public:
  using Field = std::pair<std::string, std::string>;  // name, value without surrounding blanks

  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<Field> fields) : fields_(fields) {}

  void add(std::string name, std::string value);
  // Replaces all fields of that name.
  void set(std::string_view name, std::string value);
  void remove(std::string_view name);

  // The first value, or nullptr.
  const std::string* find(std::string_view name) const;
  // The first value, or "".
  std::string_view get(std::string_view name) const;
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  const std::vector<Field>& fields() const { return fields_; }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<Field> fields_;
};

struct HttpRequest {
  std::string method;  // as sent: "GET"
  std::string path;    // as sent, still percent-encoded, begins with '/'
  std::string query;   // as sent, without '?'
  HttpHeaders headers;
  // The whole body, when the handler asked for it (BodyPolicy::kBuffered), ...
  std::string body;
  // ... or where to read it from (BodyPolicy::kStreamed); null otherwise. Never null when streamed:
  // a request without a body streams zero bytes.
  BodyReaderPtr stream;

  bool secure = false;      // came over TLS
  std::string peerAddress;  // "127.0.0.1", "::1"

  // The Host header (or :authority) without its port, in lower case.
  std::string host() const;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  // The body: bytes, or a reader when `stream` is set. The server adds Content-Length (or chunked
  // framing when the length of a stream is unknown), Date and Connection.
  std::string body;
  BodyReaderPtr stream;
  // Set when there must be no body although Content-Length says otherwise: the answer to HEAD.
  std::optional<uint64_t> headLength;
  bool closeConnection = false;
};

// The name of a status: 404 -> "Not Found".
std::string_view httpReason(int status);

// A short plain answer, for what is no API call.
HttpResponse textResponse(int status, std::string text,
                          std::string contentType = "text/plain; charset=utf-8");

}  // namespace millrace
