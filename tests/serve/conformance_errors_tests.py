"""Every modelled error of every operation of kinesisanalyticsv2, with its name and status."""

import itertools

import conformance_audit
import conformance_errors as errors
import conformance_model as model
import conformance_states as states
from conformance_tests import Caller
from harness import ServerWithRole as Server
from harness import expect, expect_equal, run_program


def fault_settings():
    settings = ["-Dfault.enabled=true"]
    for operation, kinds in errors.evidence().items():
        faults = [error for error, how in kinds.items() if how == errors.FAULT]
        if faults:
            settings.append(f"-Dfault.kinesisanalyticsv2.{operation}={','.join(faults)}")
    return settings


def make_applications(caller):
    for name, parts in errors.APPLICATIONS.items():
        code, _, message = caller.call("CreateApplication", errors.create(name, **parts))
        expect_equal(code, None, message)


def test_errors_by_input():
    with Server() as server:
        caller = Caller(server)
        make_applications(caller)
        wrong = []
        for operation in model.operation_names():
            for error in model.errors_of(operation):
                request = errors.provocation(operation, error)
                if request is None:
                    continue
                code, status, message = caller.call(operation, request)
                if (code, status) != (error, model.status_of(error)) or len(message) < 10:
                    wrong.append(f"{operation} {error}: {code} {status} {message}")
        expect(not wrong, "\n".join(wrong))
        # Nothing of all this has changed an application.
        for name in errors.APPLICATIONS:
            detail = caller.client.describe_application(ApplicationName=name)["ApplicationDetail"]
            expect_equal((detail["ApplicationVersionId"], detail["ApplicationStatus"]),
                         (1, "READY"), name)


def test_errors_by_state():
    seen = {}
    wrong = []
    for operation, error, answer in itertools.chain(states.of_applications(), states.of_sources()):
        seen.setdefault(operation, set()).add(error)
        code, status, message = answer
        if (code, status) != (error, model.status_of(error)) or len(message) < 10:
            wrong.append(f"{operation} {error}: {answer}")
    expect(not wrong, "\n".join(wrong))
    expect_equal(seen, {operation: set(some) for operation, some in states.ERRORS.items()})


def test_errors_by_fault():
    with Server(*fault_settings()) as server:
        caller = Caller(server)
        expect("faults are injected" in server.log, server.log)
        wrong = []
        for operation, kinds in errors.evidence().items():
            for error in [error for error, how in kinds.items() if how == errors.FAULT]:
                request = model.sample(model.input_of(operation), optional=False)
                code, status, message = caller.call(operation, request)
                wanted = (error, model.status_of(error), "An injected fault.")
                if (code, status, message) != wanted:
                    wrong.append(f"{operation} {error}: {code} {status} {message}")
        expect(not wrong, "\n".join(wrong))
        # Behind the last fault operations work.
        make_applications(caller)


def test_faults_are_refused_unless_enabled():
    with Server() as server:
        server.stop()
        start = ["--data", str(server.data), "--port", "0"]
        fault = "-Dfault.kinesisanalyticsv2.TagResource="
        for arguments, wanted in (
                ([fault + "ResourceInUseException"], "faults are not enabled"),
                ([fault + "ResourceInUseExcepton", "-Dfault.enabled=true"],
                 "ResourceInUseException"),
                (["-Dfault.kinesisanalyticsv2.TagResourc=x", "-Dfault.enabled=true"],
                 "TagResource"),
                (["-Dfault.nothing.Do=x", "-Dfault.enabled=true"], "no service 'nothing'")):
            code, text = run_program(*start, *arguments)
            expect(code == 1 and wanted in text, arguments, code, text)


def test_the_audit_in_the_documentation():
    page = conformance_audit.PAGE.read_text(encoding="utf-8")
    expect(conformance_audit.table() in page, "run tests/serve/conformance_audit.py --write")
