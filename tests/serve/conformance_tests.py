"""kinesisanalyticsv2 against its service model: what the front end must take and must refuse.

Every operation, every member at every depth; through botocore with its own checks off.
"""

import functools
import json

import conformance_model as model
from harness import Server, expect, expect_equal

import botocore.exceptions


class Caller:
    """Calls operations with parameters, or with a body of one's own."""

    def __init__(self, server):
        self.client = server.client("kinesisanalyticsv2", parameter_validation=False)
        self.body = None
        self.client.meta.events.register("before-call", self._replace_body)

    def _replace_body(self, params, **_):
        if self.body is not None:
            params["body"] = self.body

    def call(self, operation, params=None, body=None):
        """(error code, status, message); the code of success is None."""
        self.body = None if body is None else json.dumps(body).encode()
        method = botocore.xform_name(operation)
        try:
            answer = getattr(self.client, method)(**(params or {}))
        except botocore.exceptions.ClientError as error:
            response = error.response
            return (response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"],
                    response["Error"]["Message"])
        return None, answer["ResponseMetadata"]["HTTPStatusCode"], ""


def of_every_operation(check):
    @functools.wraps(check)
    def run():
        with Server() as server:
            caller = Caller(server)
            failures, checked = [], 0
            for operation in model.operation_names():
                for problem in check(caller, operation):
                    checked += 1
                    failures += [f"{operation}: {problem}"] if problem else []
        shown = "\n".join(failures[:12])
        expect(not failures, f"{len(failures)} of {checked} are wrong:\n{shown}")
        expect(checked >= len(model.operation_names()), f"only {checked} were checked")

    return run


@of_every_operation
def test_broken_constraints(caller, operation):
    for request, message in model.broken_requests(operation):
        got = caller.call(operation, request)
        wanted = ("ValidationException", 400, message)
        yield None if got == wanted else f"{got}\n  instead of {wanted}"


@of_every_operation
def test_values_on_the_border(caller, operation):
    """What the model allows is never refused by the front end: the service itself decides."""
    modelled = {None, *model.errors_of(operation)}
    if operation == "ListApplicationSnapshots":
        modelled.add("ResourceNotFoundException")  # as of all others that name an application
    for request in model.valid_requests(operation):
        code, status, message = caller.call(operation, request)
        fine = code in modelled and status == (200 if code is None else 400)
        yield None if fine else f"{code} {status} {message[:300]}"


@of_every_operation
def test_wrong_types(caller, operation):
    for request in model.wrong_types(operation):
        code, status, message = caller.call(operation, body=request)
        fine = (code, status) == ("SerializationException", 400) and message
        yield None if fine else f"{code} {status} {message[:200]} for {str(request)[:300]}"


@of_every_operation
def test_unknown_members(caller, operation):
    """They are ignored, wherever they are."""
    request = model.as_json(model.sample(model.input_of(operation), optional=False))
    if operation == "CreateApplication":
        request["ApplicationName"] = "plain"
    plain = caller.call(operation, body=request)
    if operation == "CreateApplication":
        request["ApplicationName"] = "extended"
    extended = caller.call(operation, body=model.with_unknown_members(request))
    yield None if plain[:2] == extended[:2] else f"{plain} became {extended}"


def test_members_that_are_null():
    """null is the same as nothing."""
    with Server() as server:
        caller = Caller(server)
        for operation in model.operation_names():
            shape = model.input_of(operation)
            body = model.as_json(model.sample(shape, optional=False))
            nulls = {name: None for name in shape.members if name not in body}
            expect_equal(caller.call(operation, body={**body, **nulls})[0] ==
                         "ValidationException", False, operation)
            for name in body:
                code, _, message = caller.call(operation, body={**body, name: None})
                expect_equal((code, "Member must not be null" in message),
                             ("ValidationException", True), f"{operation} {name}")


def test_operations_that_are_not_offered():
    with Server() as server:
        caller = Caller(server)
        for operation in model.NOT_OFFERED:
            params = model.sample(model.input_of(operation))
            code, status, message = caller.call(operation, params)
            expect_equal((code, status), ("UnknownOperationException", 400), operation)
            expect(f"{operation} is not offered by Millrace" in message, message)
