"""Two applies at once: one has the lock, the other one is told who has it, and changes nothing."""

from __future__ import annotations

import getpass
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from environments.backend import Backend
from operations import synth
from operations.state import lock_error
from tests.localcloud.server import Server
from tests.operations.conftest import Command
from tests.operations.state.deploying import deploying
from tests.operations.tiny import STACK, Tiny

pytestmark = [pytest.mark.terraform, pytest.mark.server]

STATE = "holdfast/dev/dev/tiny.tfstate"


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
        unlock = f"holdfast unlock tiny --environment dev --lock-id {fields(plain.stderr)['ID']}"
        assert unlock in second.err

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


LOCK = """Error: Error acquiring the state lock

Lock Info:
  ID:        680aa96d-7567-d088-8c4d-2dc4caa0f6ed
  Path:      {path}
  Operation: OperationTypePlan
  Who:       build@runner
  Created:   2026-11-25 20:02:52.787504021 +0000 UTC
"""


@pytest.mark.parametrize(
    ("path", "fix"),
    [
        (
            "states/team/holdfast/prod/prod/it.tfstate",
            "holdfast unlock it --environment prod --lock-id 680aa96d",
        ),
        (
            "states/holdfast/dev/pr-42/it.tfstate",
            "ENVIRONMENT_SUFFIX=pr-42 pipenv run holdfast unlock it --environment dev",
        ),
        ("/project/dev.dev.it.tfstate", "terraform -chdir=/project/it force-unlock 680aa96d"),
    ],
)
def test_the_way_out_is_the_one_of_this_state(path: str, fix: str) -> None:
    told = lock_error.explain(LOCK.format(path=path), Path("/project/it"))
    assert told is not None
    assert fix in told
