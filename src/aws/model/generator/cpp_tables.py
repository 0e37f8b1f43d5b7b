"""The tables of aws/model/model.h."""

from cpp_names import text
from cpp_types import begin, end

_LOCATIONS = {
    "header": "kHeader",
    "headers": "kHeaders",
    "uri": "kUri",
    "querystring": "kQueryString",
    "statusCode": "kStatusCode",
}
_FORMATS = {"unixTimestamp": "kUnixTimestamp", "iso8601": "kIso8601", "rfc822": "kRfc822"}
_SHAPE_TYPES = {
    "structure": "kStructure",
    "list": "kList",
    "map": "kMap",
    "string": "kString",
    "character": "kString",
    "blob": "kBlob",
    "boolean": "kBoolean",
    "integer": "kInteger",
    "long": "kLong",
    "float": "kFloat",
    "double": "kDouble",
    "timestamp": "kTimestamp",
}
_PROTOCOLS = {
    "smithy-rpc-v2-cbor": "kRpcV2Cbor",
    "query": "kQuery",
    "rest-xml": "kRestXml",
    "rest-json": "kRestJson",
}


def _fields(pairs):
    """Designated initializers of what differs from the default."""
    return "{" + ", ".join(f".{name} = {value}" for name, value in pairs if value) + "}"


def _member(model, structure, name, described, index):
    shape = model.shape(structure)
    wire_name = described.get("locationName")
    namespace = described.get("xmlNamespace", {})
    return _fields(
        [
            ("name", text(name)),
            ("shape", f"&kShapes[{index[described['shape']]}]"),
            ("locationName", text(wire_name) if wire_name else ""),
            (
                "location",
                f"MemberLocation::{_LOCATIONS[described['location']]}"
                if "location" in described
                else "",
            ),
            (
                "timestampFormat",
                f"TimestampFormat::{_FORMATS[described['timestampFormat']]}"
                if "timestampFormat" in described
                else "",
            ),
            ("required", "true" if name in shape.get("required", []) else ""),
            ("flattened", "true" if described.get("flattened") else ""),
            ("xmlAttribute", "true" if described.get("xmlAttribute") else ""),
            ("jsonValue", "true" if described.get("jsonvalue") else ""),
            ("idempotencyToken", "true" if described.get("idempotencyToken") else ""),
            ("xmlNamespace", text(namespace["uri"]) if "uri" in namespace else ""),
            ("xmlPrefix", text(namespace["prefix"]) if namespace.get("prefix") else ""),
        ]
    )


def _shape(model, name):
    shape = model.shape(name)
    members = model.members(name)
    namespace = shape.get("xmlNamespace", {})
    return _fields(
        [
            ("name", text(name)),
            ("type", f"ShapeType::{_SHAPE_TYPES[shape['type']]}"),
            ("members", f"kMembersOf{name}" if members else ""),
            ("flattened", "true" if shape.get("flattened") else ""),
            ("streaming", "true" if model.is_stream(name) else ""),
            ("isUnion", "true" if shape.get("union") else ""),
            ("sensitive", "true" if shape.get("sensitive") else ""),
            ("anything", "true" if model.is_document(name) else ""),
            (
                "timestampFormat",
                f"TimestampFormat::{_FORMATS[shape['timestampFormat']]}"
                if "timestampFormat" in shape
                else "",
            ),
            ("hasMin", "true" if "min" in shape else ""),
            ("hasMax", "true" if "max" in shape else ""),
            ("min", repr(float(shape["min"])) if "min" in shape else ""),
            ("max", repr(float(shape["max"])) if "max" in shape else ""),
            ("pattern", text(shape["pattern"]) if "pattern" in shape else ""),
            ("values", f"kValuesOf{name}" if model.is_enum(name) else ""),
            ("payload", text(shape["payload"]) if "payload" in shape else ""),
            ("locationName", text(shape["locationName"]) if "locationName" in shape else ""),
            ("xmlNamespace", text(namespace["uri"]) if "uri" in namespace else ""),
        ]
    )


def _streams(model, described, which):
    if which not in described:
        return False
    name = described[which]["shape"]
    payload = model.shape(name).get("payload")
    if payload:
        return model.streams(name, payload)
    return any(model.streams(name, member) for member, _ in model.members(name))


def _required(model, name, location):
    """The wire names of the required members of an operation's input that travel there."""
    described = model.operations[name].get("input")
    if not described:
        return []
    shape = model.shape(described["shape"])
    return [
        shape["members"][member].get("locationName", member)
        for member in shape.get("required", [])
        if shape["members"][member].get("location") == location
    ]


def _operation(model, name, index, errors):
    described = model.operations[name]
    implemented = name in model.implemented
    reached = {
        end_: f"&kShapes[{index[described[end_]['shape']]}]"
        for end_ in ("input", "output")
        if implemented and end_ in described
    }
    names = [e["shape"] for e in described.get("errors", [])] if implemented else []
    checksum = described.get("httpChecksum", {})
    raw_input = described.get("input", {})
    root = raw_input.get("locationName")
    return _fields(
        [
            ("name", text(name)),
            ("method", text(described["http"]["method"])),
            ("uri", text(described["http"]["requestUri"])),
            ("status", str(described["http"].get("responseCode", 200))),
            ("input", reached.get("input", "")),
            ("output", reached.get("output", "")),
            ("inputRootName", text(root) if root else ""),
            (
                "inputNamespace",
                text(raw_input["xmlNamespace"]["uri"]) if "xmlNamespace" in raw_input else "",
            ),
            (
                "resultWrapper",
                text(described["output"]["resultWrapper"])
                if "resultWrapper" in described.get("output", {})
                else "",
            ),
            ("errors", f"kErrorsOf{name}" if names else ""),
            ("unsignedPayload", "true" if described.get("unsignedPayload") else ""),
            ("noAuthentication", "true" if described.get("authtype") == "none" else ""),
            ("streamsInput", "true" if _streams(model, described, "input") else ""),
            ("streamsOutput", "true" if _streams(model, described, "output") else ""),
            ("requiredQuery", f"kQueryOf{name}" if _required(model, name, "querystring") else ""),
            ("requiredHeaders", f"kHeadersOf{name}" if _required(model, name, "header") else ""),
            (
                "checksumAlgorithmMember",
                text(checksum["requestAlgorithmMember"])
                if "requestAlgorithmMember" in checksum
                else "",
            ),
            ("checksumRequired", "true" if checksum.get("requestChecksumRequired") else ""),
            ("implemented", "true" if implemented else ""),
        ]
    )


def _error(model, name, index):
    error = model.shape(name).get("error", {})
    fault = bool(model.shape(name).get("fault"))
    return _fields(
        [
            ("name", text(name)),
            ("code", text(error.get("code", name))),
            ("shape", f"&kShapes[{index[name]}]"),
            ("status", str(error.get("httpStatusCode", 500 if fault else 400))),
            ("senderFault", "false" if fault else "true"),
        ]
    )


def _service(model):
    data = model.metadata
    protocols = []
    for protocol in data.get("protocols", [data["protocol"]]):
        kind = _PROTOCOLS.get(protocol)
        protocols.append(kind or ("kJson10" if data.get("jsonVersion") == "1.0" else "kJson11"))
    lines = [
        "constexpr ProtocolKind kProtocols[] = {"
        + ", ".join(f"ProtocolKind::{p}" for p in protocols)
        + "};\n\n}  // namespace\n\n"
    ]
    lines.append(
        "constinit const ServiceModel kModel = "
        + _fields(
            [
                ("name", text(model.name)),
                ("apiVersion", text(data["apiVersion"])),
                ("fullName", text(data["serviceFullName"])),
                ("serviceId", text(data["serviceId"])),
                ("endpointPrefix", text(data["endpointPrefix"])),
                ("signingName", text(data.get("signingName", data["endpointPrefix"]))),
                ("targetPrefix", text(data.get("targetPrefix", ""))),
                ("xmlNamespace", text(data.get("xmlNamespace", ""))),
                ("protocols", "kProtocols"),
                ("queryCompatible", "true" if "awsQueryCompatible" in data else ""),
                ("operations", "kOperations"),
                ("errors", "kErrors" if model.error_names() else ""),
            ]
        )
        + ";\n"
    )
    return "".join(lines)


def _required_lists(model):
    out = []
    for name in model.operations:
        for prefix, location in (("kQueryOf", "querystring"), ("kHeadersOf", "header")):
            required = _required(model, name, location)
            if required:
                texts = ", ".join(text(r) for r in required)
                out.append(f"constexpr std::string_view {prefix}{name}[] = {{{texts}}};\n")
    return "".join(out)


def tables_source(model, header):
    reached = model.reached(errors=True)
    index = {name: i for i, name in enumerate(reached)}
    errors = {name: i for i, name in enumerate(model.error_names())}
    out = [begin(model, [f'"{header}"'], "source")]
    out.append("namespace {\n\n")
    out.append(f"extern const ShapeModel kShapes[{len(reached)}];\n\n" if reached else "")
    for name in reached:
        if model.is_enum(name):
            values = ", ".join(text(v) for v in model.shape(name)["enum"])
            out.append(f"constexpr std::string_view kValuesOf{name}[] = {{{values}}};\n")
        members = model.members(name)
        if members:
            rows = ",\n    ".join(_member(model, name, n, m, index) for n, m in members)
            out.append(f"constexpr MemberModel kMembersOf{name}[] = {{\n    {rows}}};\n")
    if reached:
        rows = ",\n    ".join(_shape(model, name) for name in reached)
        out.append(f"\nconstinit const ShapeModel kShapes[{len(reached)}] = {{\n    {rows}}};\n\n")
    if errors:
        rows = ",\n    ".join(_error(model, name, index) for name in errors)
        out.append(f"constexpr ErrorModel kErrors[] = {{\n    {rows}}};\n\n")
    for name in model.implemented:
        names = [e["shape"] for e in model.operations[name].get("errors", [])]
        if names:
            rows = ", ".join(f"&kErrors[{errors[n]}]" for n in names)
            out.append(f"constexpr const ErrorModel* kErrorsOf{name}[] = {{{rows}}};\n")
    out.append(_required_lists(model))
    rows = ",\n    ".join(_operation(model, n, index, errors) for n in model.operations)
    out.append(f"\nconstexpr OperationModel kOperations[] = {{\n    {rows}}};\n\n")
    out.append(_service(model))
    out.append(end(model))
    return "".join(out)


def service_header(model):
    return (
        begin(model, ['"aws/model/model.h"'], "header")
        + "extern const ServiceModel kModel;\n"
        + end(model)
    )
