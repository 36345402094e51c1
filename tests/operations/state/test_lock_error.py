"""Two applies at once: one has the lock, the other one is told who has it, and changes nothing."""

from __future__ import annotations

import getpass
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from environments.backend import Backend
from operations import synth
from operations.state import creation, lock_error
from tests.localcloud.server import Server
from tests.operations.conftest import Command
from tests.operations.tiny import ROOT, STACK, Tiny

pytestmark = [pytest.mark.terraform, pytest.mark.server]

STATE = "holdfast/dev/dev/tiny.tfstate"


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """The apply that has the lock waits until this file is there."""
    return tmp_path / "go"


@pytest.fixture
def system(
    tiny: Tiny, aws: Server, backend: Backend, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tiny]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    creation.bootstrap(backend, lambda _name, _became: None)
    tiny.keep_states_as_ours()
    tiny.keep_states_in(backend)
    wait = f"while [ ! -e {gate} ]; do sleep 0.1; done"
    resource = {"input": "a word", "provisioner": [{"local-exec": {"command": wait}}]}
    tiny.write({"resource": {"terraform_data": {"it": resource}}})
    yield tiny
    gate.touch()


DEPLOY = f"""
import signal, sys
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # the tests may run where it is ignored
sys.path.insert(0, {str(ROOT)!r})
from operations import app
from operations.project import Project
root = Path(sys.argv.pop(1))
app.Project = lambda: Project(root=root)
app.main()
"""


@contextmanager
def deploying(tiny: Tiny) -> Iterator[subprocess.Popen[str]]:
    """``holdfast deploy`` in a process of its own, at the point where it holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", DEPLOY, str(tiny.root), "deploy", STACK, "--auto-approve"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "Provisioning with 'local-exec'" in line:
                break
        else:
            raise AssertionError("".join(lines))
        yield process


def fields(error: str) -> dict[str, str]:
    """What an error says, by the words before its colons."""
    pairs = (line.strip(" │").partition(":") for line in error.splitlines())
    return {name: value.strip() for name, _, value in pairs}


def locks(aws: Server, backend: Backend) -> list[str]:
    items = aws.client("dynamodb").scan(TableName=backend.dynamodb_table)["Items"]
    objects = aws.client("s3").list_objects_v2(Bucket=backend.bucket).get("Contents", [])
    return [
        *(item["LockID"]["S"] for item in items if not item["LockID"]["S"].endswith("-md5")),
        *(found["Key"] for found in objects if found["Key"].endswith(".tflock")),
    ]


def test_one_has_the_lock_and_the_other_is_told_who(
    system: Tiny, aws: Server, backend: Backend, gate: Path, holdfast: Command
) -> None:
    with deploying(system) as first:
        assert locks(aws, backend) == [f"{backend.bucket}/{STATE}", f"{STATE}.tflock"]

        second = holdfast("deploy", STACK, "--auto-approve")
        assert second.code == 1
        assert "the state is locked by another run; nothing was changed" in second.err
        told = fields(second.err)
        assert told["who"].startswith(f"{getpass.getuser()}@")
        assert told["when"].startswith("20")
        assert told["operation"] == "OperationTypeApply"
        assert told["state"] == f"{backend.bucket}/{STATE}"
        assert "Traceback" not in second.err

        # The same of plain Terraform, as people run it.
        plain = terraform(system, "apply", "-auto-approve", "-input=false", "-no-color")
        assert plain.returncode == 1
        assert fields(plain.stderr)["Who"] == told["who"]
        assert f"force-unlock {fields(plain.stderr)['ID']}" in second.err

        gate.touch()
        output, _ = first.communicate(timeout=60)
    assert first.returncode == 0, output
    assert locks(aws, backend) == []
    state = json.loads(aws.client("s3").get_object(Bucket=backend.bucket, Key=STATE)["Body"].read())
    assert [resource["type"] for resource in state["resources"]] == ["terraform_data"]


def terraform(tiny: Tiny, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", *arguments],
        cwd=tiny.project.stack(STACK),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_interrupted_apply_gives_the_lock_back(system: Tiny, aws: Server, backend: Backend) -> None:
    with deploying(system) as first:
        os.killpg(first.pid, signal.SIGINT)  # what a terminal does at Ctrl-C
        first.communicate(timeout=120)
    assert first.returncode == 130
    wait_until(lambda: locks(aws, backend) == [])


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_states_are_encrypted_with_the_key_of_the_backend(
    system: Tiny, aws: Server, backend: Backend, gate: Path, holdfast: Command
) -> None:
    gate.touch()
    assert holdfast("deploy", STACK, "--auto-approve").code == 0
    found: Any = aws.client("s3").head_object(Bucket=backend.bucket, Key=STATE)
    assert found["ServerSideEncryption"] == "aws:kms"
    synth.synthesize(system.project, environment="prod")
    assert terraform(system, "init", "-input=false").returncode == 0
    assert terraform(system, "state", "list").stdout == "", "the other environment's state is another one"


def test_an_error_that_does_not_say_who_is_left_to_terraform(tmp_path: Path) -> None:
    assert lock_error.explain("Error: no such bucket", tmp_path) is None
    assert lock_error.explain("Error: Error acquiring the state lock\n\nAccessDenied", tmp_path) is None
