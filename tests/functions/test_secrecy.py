"""With every statement in the server's log and every level in the function's, no password can be read anywhere."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import re
import traceback
from base64 import b64decode
from collections.abc import Callable

import pytest

from functions.rotation.failures import RotationError
from tests.functions.application import (
    Application,
    MakeSecret,
    SingleUser,
    make_application,
    make_single_user,
)
from tests.functions.rotating import STEPS, Context
from tests.functions.server import PostgreSQLServer
from tests.functions.test_handler import what_lambda_logs

pytestmark = pytest.mark.server

Rotated = SingleUser | Application


@pytest.fixture(params=["single-user", "alternating-users"])
def rotated(request: pytest.FixtureRequest, server: PostgreSQLServer, make_secret: MakeSecret) -> Rotated:
    make: Callable[..., Rotated] = make_single_user if request.param == "single-user" else make_application
    return make(server, make_secret)


def test_no_password_is_in_any_log(
    rotated: Rotated,
    server: PostgreSQLServer,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)  # of the root logger, as a function's log level DEBUG sets it
    [[every]] = server.run("SHOW log_statement")
    assert every == "all"
    shown = ""
    passwords = []
    for _ in range(3):
        token = rotated.secret.begin()
        rotated.secret.rotate(token)
        rotated.secret.rotate(token)
        passwords.append(rotated.secret.value()["password"])
    for stage in ("AWSCURRENT", "AWSPREVIOUS"):
        server.set_password(rotated.secret.value(stage)["username"], "changed")
    for step in ("setSecret", "testSecret"):
        failing = rotated.secret.begin()
        rotated.secret.step("createSecret", failing)
        passwords.append(rotated.secret.value("AWSPENDING")["password"])
        with pytest.raises(RotationError) as failure:
            rotated.secret.step(step, failing, Context(60))
        shown += what_lambda_logs(failure.value) + "".join(traceback.format_exception(failure.value))
    output = capsys.readouterr()
    everything = output.out + output.err + caplog.text + shown + server.log.read_text()
    assert "ALTER ROLE" in everything
    assert len(set(passwords)) == 5
    for password in passwords:
        assert password not in everything


def test_what_the_server_logs_does_not_lead_to_the_password(
    rotated: Rotated, server: PostgreSQLServer
) -> None:
    """It is the verifier, with a salt: to find a password of 32 random characters means to try them all."""
    rotated.secret.rotate()
    value = rotated.secret.value()
    logged = re.findall(
        rf'ALTER ROLE "{value["username"]}" PASSWORD \'SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):[^\']+\'',
        server.log.read_text(),
    )
    assert logged
    iterations, salt, stored_key = logged[-1]
    salted = hashlib.pbkdf2_hmac("sha256", value["password"].encode(), b64decode(salt), int(iterations))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    assert hashlib.sha256(client_key).digest() == b64decode(stored_key)
    assert len(b64decode(salt)) >= 12
    assert int(iterations) >= 4096
    # No statement sets a password in any other way, but for those of the tests.
    others = {
        line
        for line in server.log.read_text().splitlines()
        if "PASSWORD" in line and "SCRAM-SHA-256$" not in line
    }
    assert not [line for line in others if value["password"] in line]


def test_the_first_password_of_an_application_is_not_logged_either(
    server: PostgreSQLServer, make_secret: MakeSecret
) -> None:
    application = make_application(server, make_secret)
    first = f"of-the-first-version-{application.username}"
    application.secret.put({**application.secret.value(), "password": first}, "AWSCURRENT")
    application.secret.rotate()
    assert application.logs_in("AWSPREVIOUS")
    assert first not in server.log.read_text()


def test_the_log_is_one_json_object_for_each_step(
    rotated: Rotated, capsys: pytest.CaptureFixture[str]
) -> None:
    token = rotated.secret.begin()
    for step in STEPS:
        rotated.secret.step(step, token, Context(60))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    log = [line for line in lines if "_aws" not in line]
    assert [line["step"] for line in log] == list(STEPS)
    for line in log:
        assert (line["level"], line["secret"], line["version"]) == ("INFO", rotated.secret.arn, token)
        assert line["request_id"] == Context.aws_request_id
        assert line["seconds"] >= 0
    metrics = [line for line in lines if "_aws" in line]
    assert [line.get("RotationSucceeded") for line in metrics] == [None, None, None, 1]
    assert {line["Secret"] for line in metrics} == {rotated.secret.name}
