"""Every operation of the models in every wire format it has, with botocore as second opinion.

`protocol_echo` says how it understood a request that botocore wrote, and answers with an output
that botocore must understand as it was meant. Values are made from the model, in several variants.
"""

import base64
import collections
import datetime
import email.utils
import http.client
import json
import math
import os
import subprocess
import urllib.parse

import harness
from harness import expect, expect_equal

import botocore.awsrequest
import botocore.handlers
import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

ECHO = os.environ.get(
    "MILLRACE_PROTOCOL_ECHO", str(harness.ROOT / f"build/{harness.PRESET}/bin/protocol_echo")
)
SERVICES = ("cloudwatch", "iam", "kinesis", "kinesisanalyticsv2", "logs", "s3", "sts")
TEXTS = ("plain", "", 'a & b <c> "d" \'e\' \\ /', "ümlaut €😀", "a\nb\tc\r", " blank ends ")
HEADER_TEXTS = ("plain", "a b", "x/y=z")
NUMBERS = (0, 1, -1, 2147483647, -2147483648)
LONGS = (0, 9007199254740993, -9223372036854775808, 9223372036854775807)
DOUBLES = (0.0, 1.5, -2.25e-10, 1e300)
BLOBS = (b"", b"\x00\xff\x10binary", b"text")
TIMES = (0, 1767225600, 1767225600.123)
MAX_DEPTH = 8


class Echo:
    def __enter__(self):
        self.process = subprocess.Popen([ECHO], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        return self

    def __exit__(self, *_):
        self.connection.close()
        self.process.stdin.close()
        self.process.wait(timeout=20)

    def get(self, path):
        self.connection.request("GET", path)
        return json.loads(self.connection.getresponse().read())

    def send(self, request, host):
        path = request["url_path"]
        if isinstance(request.get("query_string"), dict) and request["query_string"]:
            pairs = []
            for name, value in request["query_string"].items():
                for each in value if isinstance(value, list) else [value]:
                    pairs.append((name, each))
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(pairs)
        body = request["body"]
        if isinstance(body, dict):
            body = urllib.parse.urlencode(body)
        if isinstance(body, str):
            body = body.encode()
        headers = dict(request["headers"])
        headers["Host"] = host
        self.connection.request(request["method"], path, body=body, headers=headers)
        response = self.connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()


def length_of_body(member):
    """Content-Length is the connection's own affair: another value would make the peer wait."""
    return member.serialization.get("name", "").lower() == "content-length"


class Values:
    """Values for the members of shapes; variant n differs from variant n + 1."""

    def __init__(self, variant):
        self.variant = variant
        self.count = variant

    def choose(self, values):
        self.count += 1
        return values[self.count % len(values)]

    def of(self, shape, depth=0, location=None):
        kind = shape.type_name
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            length = self.choose((0, 1, 3)) if depth < MAX_DEPTH and location is None else 1
            return [self.of(shape.member, depth + 1, location) for _ in range(length)]
        if kind == "map":
            length = self.choose((1, 0, 2)) if depth < MAX_DEPTH else 0
            return {f"key{i}": self.of(shape.value, depth + 1, location) for i in range(length)}
        return self.simple(shape, kind, location)

    def simple(self, shape, kind, location):
        if kind in ("string", "character"):
            if shape.enum:
                return self.choose(shape.enum)
            if location == "uri":
                return self.choose(("plain", "with blank", "a+b&c"))
            return self.choose(HEADER_TEXTS if location in ("header", "headers") else TEXTS)
        if kind == "timestamp":
            seconds = self.choose(TIMES)
            whole = location or shape.serialization.get("timestampFormat") == "rfc822"
            seconds = int(seconds) if whole else seconds
            return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
        choices = {"integer": NUMBERS, "long": LONGS, "float": DOUBLES, "double": DOUBLES,
                   "boolean": (True, False), "blob": BLOBS}
        return self.choose(choices[kind])

    def structure(self, shape, depth):
        members = list(shape.members.items())
        if getattr(shape, "is_tagged_union", False) and members:
            members = [self.choose(members)]
        values = {}
        for name, member in members:
            location = member.serialization.get("location")
            required = name in shape.required_members or location == "uri"
            if length_of_body(member):
                continue
            too_deep = depth >= MAX_DEPTH and not required
            if too_deep or (not required and self.variant and self.choose((True, False))):
                continue
            if getattr(member, "is_document_type", False):
                continue
            values[name] = self.of(member, depth + 1, location)
        return values


def plain(value):
    """A value as protocol_echo writes it."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return round(value.timestamp(), 3)
    return value


def same(a, b):
    if isinstance(a, float) or isinstance(b, float):
        if isinstance(a, (int, float)) and isinstance(b, (int, float)):
            return math.isclose(a, b, rel_tol=1e-15)
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(same(x, y) for x, y in zip(a, b))
    return type(a) is type(b) and a == b


def differences(wanted, got):
    names = sorted(name for name in wanted.keys() | got.keys()
                   if not same(wanted.get(name), got.get(name)))
    return "; ".join(f"{name}: {wanted.get(name)!r} became {got.get(name)!r}" for name in names)


def drop_empty_payload(shape, *values):
    """A body of no bytes and no body are the same."""
    payload = shape.serialization.get("payload") if shape else None
    for value in values:
        if not value.get(payload):
            value.pop(payload, None)


def distinct_operations(service):
    """Those that the wire can tell apart: S3 has some twice, with an older and a newer shape."""
    def place(name):
        operation = service.operation_model(name)
        query = sorted(member.serialization["name"]
                       for key, member in operation.input_shape.members.items()
                       if member.serialization.get("location") in ("querystring", "header")
                       and key in operation.input_shape.required_members
                       ) if operation.input_shape else []
        return operation.http["method"], operation.http["requestUri"], tuple(query)

    if "rest-xml" not in service.metadata.get("protocols", []):
        return service.operation_names
    places = collections.Counter(place(name) for name in service.operation_names)
    return [name for name in service.operation_names if places[place(name)] == 1]


def model_of(service):
    return botocore.model.ServiceModel(
        botocore.loaders.Loader().load_service_model(service, "service-2"), service)


def host_of(service):
    return f"{service.endpoint_prefix}.us-east-1.amazonaws.com"


def request_for(service, protocol, operation, params):
    serializer = botocore.serialize.create_serializer(protocol, include_validation=False)
    request = serializer.serialize_to_request(params, operation)
    if protocol == "rest-xml":
        # The client does this after the serializer: line ends are changed by XML parsers. Bodies
        # that are no XML stay as they are.
        if request["body"] and operation.input_shape.serialization.get("payload") not in [
                name for name, member in operation.input_shape.members.items()
                if member.type_name in ("blob", "string")]:
            botocore.handlers.escape_xml_payload(request)
    return request


def prune(value, protocol):
    """Empty containers, wherever they are, for the formats that lose them."""
    if protocol not in ("query", "rest-xml"):
        return value
    if isinstance(value, dict):
        pruned = {k: prune(v, protocol) for k, v in value.items()}
        return {k: v for k, v in pruned.items() if v not in ({}, [], None)}
    if isinstance(value, list):
        pruned = [prune(each, protocol) for each in value]
        return [each for each in pruned if each not in ({}, [], None)]
    return value


def check_operation(echo, service, protocol, name, variant):
    operation = service.operation_model(name)
    params = Values(variant).of(operation.input_shape) if operation.input_shape else {}
    output = Values(variant + 1).of(operation.output_shape) if operation.output_shape else {}
    if operation.has_event_stream_input or operation.has_event_stream_output:
        return False
    if "{" in (operation.endpoint or {}).get("hostPrefix", ""):
        return False  # of another host than the rest (S3 Object Lambda)
    if protocol == "query":
        # An empty structure in a list is a gap in the numbers, which no client sends.
        params = prune(params, protocol)
    request = request_for(service, protocol, operation, params)
    meant = plain(output)
    if service.service_name == "s3" and "Expires" in meant:
        meant["Expires"] = email.utils.format_datetime(output["Expires"], usegmt=True)
    request["headers"]["X-Echo-Output"] = base64.b64encode(json.dumps(meant).encode()).decode()
    status, headers, body = echo.send(request, host_of(service))
    expect(status < 300, name, status, body[:500])
    understood = echo.get("/input")
    for member, shape in operation.input_shape.members.items() if operation.input_shape else ():
        if length_of_body(shape):
            understood.pop(member, None)
    if "Expires" in params and isinstance(understood.get("Expires"), str):
        # S3 keeps this header as it was sent.
        params = dict(params, Expires=request["headers"]["Expires"])
    sent, read = prune(plain(params), protocol), prune(understood, protocol)
    drop_empty_payload(operation.input_shape, sent, read)
    expect(same(sent, read), f"{differences(sent, read)}\n"
           f"{service.service_name} {protocol} {name} request\n sent {sent}"
           f"\n read {read}\n as {request}")
    check_answer(service, protocol, operation, output, (status, headers, body))
    return True


def check_answer(service, protocol, operation, output, answer):
    status, headers, body = answer
    parser = botocore.parsers.create_parser(protocol)
    shape = operation.output_shape
    payload = shape.serialization.get("payload") if shape else None
    # Bytes that are the whole body are not botocore's to decode.
    raw = payload and shape.members[payload].type_name == "blob"
    parsed = parser.parse(
        {"headers": botocore.awsrequest.HeadersDict(headers), "body": b"" if raw else body,
         "status_code": status,
         "context": {"operation_name": operation.name}},
        operation.output_shape)
    parsed.pop("ResponseMetadata", None)
    parsed.pop("ExpiresString", None)  # the same once more, as text
    if raw:
        parsed[payload] = body
    wanted = prune(plain(output), protocol)
    got = prune(plain(parsed), protocol)
    drop_empty_payload(shape, wanted, got)
    for name, member in shape.members.items() if shape else ():
        if member.serialization.get("location") == "statusCode" or length_of_body(member):
            wanted.pop(name, None)
            got.pop(name, None)
    expect(same(wanted, got),
           f"{differences(wanted, got)}\n"
           f"{service.service_name} {protocol} {operation.name} answer\n meant {wanted}"
           f"\n read {got}\n as {headers} {body[:2000]!r}")


def sweep(name, protocols=None):
    service = model_of(name)
    failures, checked = [], 0
    with Echo() as echo:
        for protocol in protocols or service.metadata.get("protocols", []):
            for operation in distinct_operations(service):
                for variant in range(6):
                    try:
                        checked += check_operation(echo, service, protocol, operation, variant)
                    except AssertionError as error:
                        failures.append(str(error))
                        break
    expect(checked > 5 * len(service.operation_names) or failures, f"only {checked} were checked")
    expect(not failures, f"{len(failures)} failures, the first:\n" + "\n".join(failures[:3]))


def test_cloudwatch():
    sweep("cloudwatch")


def test_iam():
    sweep("iam")


def test_kinesis():
    sweep("kinesis")


def test_kinesisanalyticsv2():
    sweep("kinesisanalyticsv2")


def test_logs():
    sweep("logs")


def test_s3():
    sweep("s3")


def test_sts():
    sweep("sts")


def test_patterns_can_be_compiled():
    with Echo() as echo:
        expect_equal(echo.get("/patterns"), {})
