"""Which versions log in: asked of a real PostgreSQL, over verified TLS."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from environments.problem import Problem
from functions.rotation.settings import RDS_ROOTS
from operations import credentials, logins
from operations.credentials import Finding, Server
from operations.failure import Failed
from operations.project import Project
from tests.localcloud.server import REGION
from tests.operations.system import System, sleeping

pytestmark = pytest.mark.server


def server(system: System) -> Server:
    return credentials.server_of(system.deployed, credentials.trusted(Project(), os.environ))


def found(system: System, secret: str, at: Server | None = None) -> dict[str, Finding]:
    _, findings = credentials.check(secret, REGION, at or server(system))
    return {finding.label: finding for finding in findings}


def test_after_a_rotation_only_alternating_users_have_a_previous_login(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    for secret in (system.master, system.application, system.application):
        logins.rotate_all([secret], REGION, timeout=60)
    capsys.readouterr()
    logins.check_all(Project(), system.deployed, system.deployed.secrets)
    printed = capsys.readouterr().out
    assert printed.count("over verified TLS") == 3  # both current ones, and the application's other login
    master, application = found(system, system.master), found(system, system.application)
    assert (master["AWSCURRENT"].works, master["AWSPREVIOUS"].works) == (True, False)
    assert (application["AWSCURRENT"].works, application["AWSPREVIOUS"].works) == (True, True)
    assert master["AWSPENDING"].works is None
    assert not any(password in printed for password in system.passwords())


def test_a_login_that_does_not_exist(system: System) -> None:
    findings = found(system, system.secret_without_rotation())
    assert findings["AWSCURRENT"].works is False
    assert "does not log in: authentication: " in findings["AWSCURRENT"].text
    assert findings["AWSPREVIOUS"].text == findings["AWSPENDING"].text == "no version has it"


def test_a_password_that_was_changed_by_hand_is_found(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    with (
        system.master_password_changed_by_hand(),
        pytest.raises(Failed, match=r"AWSCURRENT of master-.* does not log in"),
    ):
        logins.check_all(Project(), system.deployed, [system.master])
    printed = capsys.readouterr().out
    assert "does not log in: authentication: " in printed
    assert not any(password in printed for password in system.passwords())


def test_a_server_that_cannot_prove_who_it_is_gets_no_password(system: System) -> None:
    real = server(system)
    current = found(system, system.master, Server(host=real.host, port=real.port, ca_file=RDS_ROOTS))[
        "AWSCURRENT"
    ]
    assert (current.works, "tls" in current.text) == (False, True)


def test_a_server_that_is_not_there(system: System) -> None:
    at = server(system)
    with system.database_stopped():
        assert "network" in found(system, system.master, at)["AWSCURRENT"].text


def test_what_is_no_entry_is_said_without_quoting_it(system: System) -> None:
    secret = system.secret_without_rotation()
    system.put(secret, "hunter2", "AWSCURRENT")
    current = found(system, secret)["AWSCURRENT"]
    assert current.works is False
    assert "hunter2" not in current.text


def test_a_rotation_that_has_just_begun(system: System) -> None:
    secret = system.secret_with(sleeping(15))
    system.aws.client("secretsmanager").rotate_secret(SecretId=secret)
    pending = found(system, secret)["AWSPENDING"]
    assert (pending.works, pending.text) == (None, "its version has no value yet: a rotation has begun")


def test_the_address_of_the_secret_is_compared_with_rds(system: System) -> None:
    secret = system.secret_without_rotation()
    value = f'{{"username": "citizen_admin", "password": "{system.value(system.master)["password"]}", "host": "old.example.org"}}'
    system.put(secret, value, "AWSCURRENT")
    current = found(system, secret)["AWSCURRENT"]
    assert current.works
    assert "the secret itself names old.example.org" in current.text


def test_what_is_not_there(system: System) -> None:
    with pytest.raises(Problem, match="no such secret"):
        credentials.check(
            f"arn:aws:secretsmanager:{REGION}:123456789012:secret:none-abcdef", REGION, server(system)
        )
    with pytest.raises(Problem, match="no instance none"):
        credentials.server_of(replace(system.deployed, database="none"), RDS_ROOTS)
    with pytest.raises(Problem, match="no cluster none"):
        credentials.server_of(replace(system.deployed, database="none", cluster=True), RDS_ROOTS)


def test_the_roots_of_rds_are_trusted_wherever_it_is_not_our_own_local_aws(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert credentials.trusted(Project(), {}) == RDS_ROOTS
    assert credentials.trusted(Project(), {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}) == RDS_ROOTS
    ours = credentials.trusted(Project(), {"AWS_ENDPOINT_URL": system.aws.endpoint})
    assert ours == system.aws.directory / "postgres" / "authority.crt"
    monkeypatch.setenv("HOLDFAST_LOCAL_DIR", str(tmp_path))
    assert credentials.trusted(Project(), {"AWS_ENDPOINT_URL": system.aws.endpoint}) == RDS_ROOTS
