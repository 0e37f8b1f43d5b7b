#include "aws/protocol/rest_binding.h"

#include <fmt/format.h>
#include <strings.h>

#include <optional>
#include <tuple>

#include "aws/model/base64.h"
#include "aws/protocol/text_values.h"
#include "http/url.h"

namespace millrace {

namespace {

using Labels = std::map<std::string, std::string, std::less<>>;

// The next segment of a path, without its '/'.
std::string_view takeSegment(std::string_view& path) {
  path.remove_prefix(1);
  size_t slash = path.find('/');
  std::string_view segment = path.substr(0, slash);
  path.remove_prefix(segment.size());
  return segment;
}

// Fits "/{Bucket}/{Key+}" to a path and returns its labels, still encoded.
std::optional<Labels> matchPath(std::string_view pattern, std::string_view path) {
  Labels labels;
  while (!pattern.empty() && pattern[0] == '/') {
    if (path.empty() || path[0] != '/') return {};
    std::string_view name = takeSegment(pattern);
    if (!name.starts_with('{')) {
      if (takeSegment(path) != name) return {};
      continue;
    }
    name = name.substr(1, name.size() - 2);
    if (name.ends_with('+')) {
      if (path.size() < 2) return {};
      labels.emplace(name.substr(0, name.size() - 1), path.substr(1));
      path = {};
      continue;
    }
    std::string_view value = takeSegment(path);
    if (value.empty()) return {};
    labels.emplace(name, value);
  }
  // A slash at the end is no segment: /bucket/ is the bucket.
  if (!path.empty() && path != "/") return {};
  return labels;
}

std::string_view pathPart(std::string_view uri) { return uri.substr(0, uri.find('?')); }

std::string_view queryPart(std::string_view uri) {
  size_t question = uri.find('?');
  return question == std::string_view::npos ? std::string_view() : uri.substr(question + 1);
}

// How well an operation fits. What the query says weighs more than the header: it names resources
// and the beginnings of operations ("?renameObject"), header fields only modify.
struct Fit {
  int query = 0;
  int headers = 0;
  int missing = 0;

  bool isBetterThan(const Fit& other) const {
    return std::tuple(query, headers, -missing) >
           std::tuple(other.query, other.headers, -other.missing);
  }
  bool equals(const Fit& other) const {
    return std::tie(query, headers, missing) == std::tie(other.query, other.headers, other.missing);
  }
};

// Nothing when the operation is not meant. One that the query names is meant even when something
// required is missing: the request must fail, and not become a PutObject.
std::optional<Fit> fitOf(const OperationModel& operation, const HttpRequest& request,
                         const QueryParameters& query) {
  Fit fit;
  for (const auto& [name, value] : parseQuery(queryPart(operation.uri))) {
    const std::string* given = findParameter(query, name);
    if (given == nullptr || (!value.empty() && *given != value)) return {};
    ++fit.query;
  }
  for (std::string_view name : operation.requiredQuery) {
    ++(findParameter(query, name) != nullptr ? fit.query : fit.missing);
  }
  for (std::string_view name : operation.requiredHeaders) {
    ++(request.headers.contains(name) ? fit.headers : fit.missing);
  }
  if (fit.missing > 0 && fit.query == 0) return {};
  return fit;
}

Outcome<void> decodeQueryMember(const MemberModel& member, const QueryParameters& query,
                                std::string_view errorCode, Document::Object& object) {
  if (member.shape->type == ShapeType::kList) {
    Document::List list;
    for (const auto& [name, value] : query) {
      if (name != member.wireName()) continue;
      list.push_back(
          TRY(decodeText(member.shape->element(), value, TimestampFormat::kIso8601, errorCode)));
    }
    if (!list.empty()) object.emplace_back(member.name, std::move(list));
    return {};
  }
  if (const std::string* value = findParameter(query, member.wireName())) {
    object.emplace_back(member.name,
                        TRY(decodeText(member, *value, TimestampFormat::kIso8601, errorCode)));
  }
  return {};
}

// A list in one header field is separated by commas.
Outcome<Document> decodeHeaderList(const MemberModel& member, std::string_view text,
                                   std::string_view errorCode) {
  Document::List list;
  while (!text.empty()) {
    size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
    while (part.starts_with(' ')) part.remove_prefix(1);
    list.push_back(
        TRY(decodeText(member.shape->element(), part, TimestampFormat::kRfc822, errorCode)));
  }
  return Document(std::move(list));
}

Outcome<void> decodeHeaderMember(const MemberModel& member, const HttpHeaders& headers,
                                 std::string_view errorCode, Document::Object& object) {
  const std::string* text = headers.find(member.wireName());
  if (text == nullptr) return {};
  if (member.shape->type == ShapeType::kList) {
    object.emplace_back(member.name, TRY(decodeHeaderList(member, *text, errorCode)));
  } else if (member.jsonValue) {
    object.emplace_back(member.name, Document(base64Decode(*text).value_or(std::string())));
  } else {
    object.emplace_back(member.name,
                        TRY(decodeText(member, *text, TimestampFormat::kRfc822, errorCode)));
  }
  return {};
}

// All fields that begin with a prefix, as a map: x-amz-meta-.
void decodeHeaderMap(const MemberModel& member, const HttpHeaders& headers,
                     Document::Object& object) {
  std::string_view prefix = member.locationName;
  Document::Object map;
  for (const auto& [name, value] : headers) {
    if (name.size() < prefix.size() ||
        ::strncasecmp(name.data(), prefix.data(), prefix.size()) != 0) {
      continue;
    }
    std::string key = name.substr(prefix.size());
    for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    map.emplace_back(std::move(key), Document(value));
  }
  if (!map.empty()) object.emplace_back(member.name, std::move(map));
}

std::string headerText(const MemberModel& member, const Document& value) {
  const auto* list = value.as<Document::List>();
  if (list == nullptr) {
    std::string text = encodeText(member, value, TimestampFormat::kRfc822);
    return member.jsonValue ? base64Encode(text) : text;
  }
  std::string text;
  for (const Document& element : *list) {
    if (!text.empty()) text += ", ";
    text += encodeText(member.shape->element(), element, TimestampFormat::kRfc822);
  }
  return text;
}

// "/{Bucket}/{Key+}" filled with the values of `input`. Slashes in the last label stay.
Outcome<std::string> fillPath(const OperationModel& operation, const Document& input) {
  std::string path;
  std::string_view pattern = pathPart(operation.uri);
  while (!pattern.empty()) {
    std::string_view name = takeSegment(pattern);
    path += '/';
    if (!name.starts_with('{')) {
      path += name;
      continue;
    }
    bool greedy = name.ends_with("+}");
    name = name.substr(1, name.size() - (greedy ? 3 : 2));
    std::string text;
    for (const MemberModel& member : operation.input->members) {
      const Document* value = input.find(member.name);
      if (member.location == MemberLocation::kUri && member.wireName() == name && value) {
        text = encodeText(member, *value, TimestampFormat::kIso8601);
      }
    }
    if (text.empty()) {
      return ApiError("ParamValidation", 400,
                      fmt::format("'{}' of {} must not be empty", name, operation.name));
    }
    path += percentEncode(text, greedy ? "/" : "");
  }
  return path.empty() ? std::string("/") : path;
}

void addQuery(HttpRequest& request, std::string_view name, std::string_view value) {
  if (!request.query.empty()) request.query += '&';
  request.query += percentEncode(name);
  request.query += '=';
  request.query += percentEncode(value);
}

void encodeRequestHeader(const MemberModel& member, const Document& value, HttpRequest& request) {
  if (member.location == MemberLocation::kHeader) {
    std::string text = headerText(member, value);
    if (!text.empty()) request.headers.add(std::string(member.wireName()), std::move(text));
  } else if (const auto* map = value.as<Document::Object>()) {
    for (const auto& [key, text] : *map) {
      request.headers.add(std::string(member.locationName) + key,
                          headerText(member.shape->value(), text));
    }
  }
}

}  // namespace

const OperationModel* matchRestOperation(const ServiceModel& service, const HttpRequest& request) {
  QueryParameters query = parseQuery(request.query);
  const OperationModel* best = nullptr;
  Fit most;
  for (const OperationModel& operation : service.operations) {
    if (operation.method != request.method) continue;
    if (!matchPath(pathPart(operation.uri), request.path)) continue;
    std::optional<Fit> fit = fitOf(operation, request, query);
    if (!fit) continue;
    // Of equals the first that is there: ListObjects and what S3 Express adds on the same URI.
    if (best == nullptr || fit->isBetterThan(most) ||
        (fit->equals(most) && operation.implemented && !best->implemented)) {
      best = &operation;
      most = *fit;
    }
  }
  return best;
}

Outcome<void> decodeRestMembers(const OperationModel& operation, const HttpRequest& request,
                                std::string_view errorCode, Document::Object& object) {
  if (operation.input == nullptr) return {};
  Labels labels = matchPath(pathPart(operation.uri), request.path).value_or(Labels());
  QueryParameters query = parseQuery(request.query);
  for (const MemberModel& member : operation.input->members) {
    switch (member.location) {
      case MemberLocation::kUri: {
        auto label = labels.find(member.wireName());
        if (label == labels.end()) break;
        object.emplace_back(member.name, TRY(decodeText(member, percentDecode(label->second),
                                                        TimestampFormat::kIso8601, errorCode)));
        break;
      }
      case MemberLocation::kQueryString:
        TRY(decodeQueryMember(member, query, errorCode, object));
        break;
      case MemberLocation::kHeader:
        TRY(decodeHeaderMember(member, request.headers, errorCode, object));
        break;
      case MemberLocation::kHeaders:
        decodeHeaderMap(member, request.headers, object);
        break;
      default:
        break;
    }
  }
  return {};
}

Outcome<HttpRequest> encodeRestRequest(const OperationModel& operation, const Document& input) {
  HttpRequest request;
  request.method = std::string(operation.method);
  request.path = TRY(fillPath(operation, input));
  for (const auto& [name, value] : parseQuery(queryPart(operation.uri))) {
    addQuery(request, name, value);
  }
  if (operation.input == nullptr) return request;
  for (const MemberModel& member : operation.input->members) {
    const Document* value = input.find(member.name);
    if (value == nullptr) continue;
    if (member.location == MemberLocation::kQueryString) {
      if (const auto* list = value->as<Document::List>()) {
        for (const Document& element : *list) {
          addQuery(request, member.wireName(),
                   encodeText(member.shape->element(), element, TimestampFormat::kIso8601));
        }
      } else {
        addQuery(request, member.wireName(), encodeText(member, *value, TimestampFormat::kIso8601));
      }
    } else if (member.location == MemberLocation::kHeader ||
               member.location == MemberLocation::kHeaders) {
      encodeRequestHeader(member, *value, request);
    }
  }
  return request;
}

Outcome<void> decodeRestHeaders(const ShapeModel& output, const HttpResponse& response,
                                std::string_view errorCode, Document::Object& object) {
  for (const MemberModel& member : output.members) {
    if (member.location == MemberLocation::kHeader) {
      TRY(decodeHeaderMember(member, response.headers, errorCode, object));
    } else if (member.location == MemberLocation::kHeaders) {
      decodeHeaderMap(member, response.headers, object);
    } else if (member.location == MemberLocation::kStatusCode) {
      object.emplace_back(member.name, Document(int64_t{response.status}));
    }
  }
  return {};
}

void encodeRestMembers(const ShapeModel& output, const Document& value, HttpResponse& response) {
  for (const MemberModel& member : output.members) {
    const Document* found = value.find(member.name);
    if (found == nullptr) continue;
    if (member.location == MemberLocation::kHeader) {
      response.headers.add(std::string(member.wireName()), headerText(member, *found));
    } else if (member.location == MemberLocation::kHeaders) {
      const auto* map = found->as<Document::Object>();
      if (map == nullptr) continue;
      for (const auto& [key, text] : *map) {
        response.headers.add(std::string(member.locationName) + key,
                             headerText(member.shape->value(), text));
      }
    } else if (member.location == MemberLocation::kStatusCode) {
      if (const auto* status = found->as<int64_t>()) response.status = static_cast<int>(*status);
    }
  }
}

}  // namespace millrace
