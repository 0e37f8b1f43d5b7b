#include "aws/client/service_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "aws/client/call_error.h"
#include "aws/client/cancellation.h"
#include "aws/model/base64.h"
#include "aws/signature/checksum.h"
#include "aws/signature/signer.h"
#include "env/env.h"
#include "http/url.h"

namespace millrace {

namespace {

constexpr std::string_view kUserAgent = "millrace";
constexpr size_t kMaxStreamedBody = size_t{5} << 30;

WireFormat formatOf(const ServiceModel& service) {
  bool query = false;
  for (ProtocolKind kind : service.protocols) {
    if (kind == ProtocolKind::kRestXml) return WireFormat::kRestXml;
    if (kind == ProtocolKind::kJson10) return WireFormat::kJson10;
    if (kind == ProtocolKind::kJson11) return WireFormat::kJson11;
    query |= kind == ProtocolKind::kQuery;
  }
  return query ? WireFormat::kQuery : WireFormat::kRpcV2Cbor;
}

int attemptsOf(const ClientContext& context, int given) {
  constexpr int kDefault = 3;
  if (given > 0) return given;
  std::string text = context.variables("AWS_MAX_ATTEMPTS").value_or("");
  int attempts = 0;
  std::from_chars(text.data(), text.data() + text.size(), attempts);
  return attempts > 0 ? attempts : kDefault;
}

std::string randomUuid(Random& random) {
  uint64_t high = (random.next() & ~uint64_t{0xf000}) | 0x4000;
  uint64_t low = (random.next() >> 2) | uint64_t{1} << 63;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffff);
}

void addIdempotencyTokens(const OperationModel& operation, Random& random, Document& input) {
  if (operation.input == nullptr) return;
  for (const MemberModel& member : operation.input->members) {
    if (member.idempotencyToken && input.find(member.name) == nullptr) {
      input.add(std::string(member.name), randomUuid(random));
    }
  }
}

// A label of a host name that TLS certificates of S3 cover: without dots and capitals.
bool isVirtualHostBucket(std::string_view bucket) {
  constexpr size_t kMin = 3;
  constexpr size_t kMax = 63;
  if (bucket.size() < kMin || bucket.size() > kMax) return false;
  return std::all_of(bucket.begin(), bucket.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// CRC-32 of the body, as the SDKs send it where an operation can have a checksum.
void addChecksum(const OperationModel& operation, HttpRequest& request) {
  if (operation.checksumAlgorithmMember.empty()) return;
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with("x-amz-checksum-") || name == "Content-MD5") return;
  }
  if (request.body.empty() && !operation.checksumRequired && !operation.streamsInput) return;
  request.headers.set("x-amz-sdk-checksum-algorithm", "CRC32");
  request.headers.set("x-amz-checksum-crc32",
                      base64Encode(checksumOf(ChecksumAlgorithm::kCrc32, request.body)));
}

std::string_view codeOf(const Error& error) {
  if (error.kind() == ErrorKind::kCancelled) return kCancelledCode;
  return error.message().find("timed out") == std::string::npos ? kNetworkErrorCode : kTimeoutCode;
}

}  // namespace

ServiceClient::ServiceClient(ClientContext context, const ServiceModel& service,
                             ClientOptions options)
    : context_(std::move(context)),
      service_(service),
      options_(std::move(options)),
      protocol_(protocolOf(options_.format.value_or(formatOf(service)))),
      isS3_(service.endpointPrefix == "s3"),
      maxAttempts_(attemptsOf(context_, options_.maxAttempts)) {
  if (options_.credentials == nullptr && !options_.anonymous) {
    options_.credentials = makeDefaultCredentials(context_);
  }
  options_.send.cancellation = context_.cancellation.get();
}

Result<ServiceClient::Target> ServiceClient::target() {
  std::lock_guard lock(mutex_);
  if (target_) return *target_;
  Target target;
  target.region = TRY(findRegion(context_, options_.region));
  target.endpoint = TRY(findEndpoint(context_, service_, target.region, options_.endpoint));
  target_ = target;
  return target;
}

Result<std::string> ServiceClient::endpointText() {
  Target found = TRY(target());
  return found.endpoint.origin.url() + found.endpoint.basePath;
}

Result<std::string> ServiceClient::region() { return TRY(target()).region; }

Outcome<Document> ServiceClient::callDocument(std::string_view name, Document input) {
  const OperationModel* operation = service_.findOperation(name);
  CHECK(operation != nullptr && operation->implemented, name);
  Result<Target> found = target();
  if (!found.ok()) return noResponse(kNoCredentialsCode, found.error());
  const Target& target = found.value();
  HttpOrigin origin;
  HttpRequest request = TRY(prepare(*operation, std::move(input), target, origin));
  RetryReason last = RetryReason::kNone;
  bool fixed = false;  // credentials or clock, once
  for (int number = 1;; ++number) {
    Outcome<HttpResponse> response = attempt(*operation, request, origin, target);
    Outcome<Document> result =
        !response.ok() ? Outcome<Document>(std::move(response).error())
        : response.value().status < 300
            ? protocol_.decodeResponse(service_, *operation, response.value())
            : Outcome<Document>(protocol_.decodeError(service_, response.value()));
    if (result.ok()) {
      quota_.release(last);
      return result;
    }
    RetryReason reason = retryReasonOf(result.error());
    if (reason == RetryReason::kClockSkew && !correctClock(response.value())) return result;
    if (reason == RetryReason::kExpired && options_.credentials) options_.credentials->expire();
    if (!mayRepeat(reason, number, fixed)) return result;
    last = reason;
    bool fixable = reason == RetryReason::kClockSkew || reason == RetryReason::kExpired;
    fixed |= fixable;
    int64_t delay =
        fixable ? 0 : retryDelayMicros(reason, number + 1, context_.env->random().next());
    if (delay > 0 && !context_.cancellation->wait(delay)) return result;
  }
}

bool ServiceClient::mayRepeat(RetryReason reason, int attempt, bool fixed) {
  if (reason == RetryReason::kNone || attempt >= maxAttempts_) return false;
  if (context_.cancellation->isCancelled()) return false;
  if (reason == RetryReason::kClockSkew || reason == RetryReason::kExpired) return !fixed;
  return quota_.acquire(reason);
}

Outcome<HttpRequest> ServiceClient::prepare(const OperationModel& operation, Document input,
                                            const Target& target, HttpOrigin& origin) const {
  addIdempotencyTokens(operation, context_.env->random(), input);
  HttpRequest request = TRY(protocol_.encodeRequest(service_, operation, std::move(input)));
  if (request.stream) {
    // In memory, because another attempt sends it again.
    request.body = TRY(readAll(*request.stream, kMaxStreamedBody));
    request.stream.reset();
  }
  origin = target.endpoint.origin;
  bool virtualHost = !options_.pathStyle && (options_.virtualHosts || target.endpoint.isAws);
  if (isS3_ && virtualHost) moveBucketToHost(request, origin);
  if (!target.endpoint.basePath.empty()) request.path = target.endpoint.basePath + request.path;
  request.headers.set("Host", origin.authority());
  request.headers.set("User-Agent", std::string(kUserAgent));
  addChecksum(operation, request);
  return request;
}

// "/bucket/key" at s3.region -> "/key" at bucket.s3.region
void ServiceClient::moveBucketToHost(HttpRequest& request, HttpOrigin& origin) const {
  size_t slash = request.path.find('/', 1);
  std::string bucket = request.path.substr(1, slash == std::string::npos ? slash : slash - 1);
  if (!isVirtualHostBucket(bucket)) return;
  request.path = slash == std::string::npos ? "/" : request.path.substr(slash);
  origin.host = fmt::format("{}.{}", bucket, origin.host);
}

Outcome<HttpResponse> ServiceClient::attempt(const OperationModel& operation, HttpRequest& request,
                                             const HttpOrigin& origin, const Target& target) {
  TRY(sign(operation, target, origin.secure, request));
  Result<HttpResponse> response = context_.transport->send(origin, request, options_.send);
  if (!response.ok()) return noResponse(codeOf(response.error()), response.error());
  return std::move(response).value();
}

Outcome<void> ServiceClient::sign(const OperationModel& operation, const Target& target,
                                  bool secure, HttpRequest& request) {
  if (options_.anonymous || operation.noAuthentication) return {};
  Result<Credentials> credentials = requireCredentials(*options_.credentials);
  if (!credentials.ok()) return noResponse(kNoCredentialsCode, credentials.error());
  // As the SDKs do: TLS protects the payload, and its checksum is signed with the headers.
  if (isS3_ && secure) request.headers.set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
  request.headers.remove("X-Amz-Security-Token");
  SigningScope scope;
  scope.region =
      service_.endpointPrefix == "iam" && target.endpoint.isAws ? "us-east-1" : target.region;
  scope.service = std::string(service_.signingName);
  scope.encodePathTwice = !isS3_;
  signRequest(request, credentials.value().keys, scope,
              context_.env->clock().nowMicros() + clockOffsetMicros_.load());
  return {};
}

bool ServiceClient::correctClock(const HttpResponse& response) {
  constexpr int64_t kTolerated = 240'000'000;
  std::optional<Timestamp> date = parseRfc822(response.headers.get("Date"));
  if (!date) return false;
  int64_t offset = date->millis * 1000 - context_.env->clock().nowMicros();
  int64_t difference = offset - clockOffsetMicros_.exchange(offset);
  if (std::abs(difference) > kTolerated) return true;
  clockOffsetMicros_.store(offset - difference);
  return false;
}

}  // namespace millrace
