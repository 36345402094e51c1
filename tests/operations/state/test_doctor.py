"""The doctor tells a healthy backend from one that needs something done, and says what."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from environments.backend import Backend
from operations.state import creation, state_checks
from operations.state.clients import Clients, clients
from tests.localcloud.server import Server
from tests.operations.conftest import Command
from tests.operations.state.deploying import leave_locks, terraform
from tests.operations.state.keeping import (
    FIRST,
    STATE,
    content,
    fixes,
    key,
    take,
    write,
)
from tests.operations.tiny import STACK, Tiny

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_checks, "SETTLING_SECONDS", 0.0)


@pytest.fixture
def ours(tiny: Tiny, aws: Server, backend: Backend) -> Clients:
    """A backend as ``bootstrap`` makes it, with the state of one system as Terraform leaves it."""
    creation.bootstrap(backend, lambda _name, _became: None)
    tiny.keep_states_in(backend)
    made = clients(backend)
    write(made, backend)
    return made


def test_a_healthy_backend(ours: Clients, backend: Backend, holdfast: Command) -> None:
    done = holdfast("state", "doctor")
    assert done.code == 0, done.out
    assert re.search(r"bucket  states-\w+ +ok\n", done.out)
    assert re.search(r"it \(dev\) +2 resources, written 20\d\d-.* UTC, just now\n", done.out)
    assert "this checkout" in done.out
    assert done.out.endswith("Healthy.\n")
    assert fixes(done) == []


def test_a_backend_that_is_not_there(tiny: Tiny, aws: Server, backend: Backend, holdfast: Command) -> None:
    tiny.keep_states_in(backend)
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert done.out.count("it does not exist: Terraform cannot work") == 3
    assert all("holdfast bootstrap" in fix for fix in fixes(done))
    assert done.out.endswith("3 to fix\n")


def test_what_has_become_weaker_is_named(ours: Clients, backend: Backend, holdfast: Command) -> None:
    s3, bucket = ours.s3, backend.bucket
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_encryption(Bucket=bucket)
    ours.dynamodb.update_table(TableName=backend.dynamodb_table, DeletionProtectionEnabled=False)
    arn = ours.kms.describe_key(KeyId=backend.kms_key_id)["KeyMetadata"]["Arn"]
    ours.kms.disable_key_rotation(KeyId=arn)
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert "it lacks: versioning, encryption" in done.out
    assert "it lacks: deletion protection" in done.out
    assert "it lacks: rotation" in done.out
    assert fixes(done) == ["pipenv run holdfast bootstrap"] * 3
    assert holdfast("bootstrap").code == 0
    assert holdfast("state", "doctor").code == 0


def test_somebody_elses_bucket_is_not_ours_to_correct(
    bare: Clients, tiny: Tiny, backend: Backend, holdfast: Command
) -> None:
    tiny.keep_states_in(backend)
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert "it was not created by holdfast, so whoever created it has to correct that" in done.out


def test_a_key_that_will_be_deleted_makes_it_unusable(
    ours: Clients, backend: Backend, holdfast: Command
) -> None:
    key = ours.kms.describe_key(KeyId=backend.kms_key_id)["KeyMetadata"]["KeyId"]
    ours.kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert f"the KMS key cannot be used ({backend.kms_key_id} is PendingDeletion)" in done.out


def test_a_first_deployment_that_broke_off(ours: Clients, backend: Backend, holdfast: Command) -> None:
    other = "holdfast/dev/pr-42/new.tfstate"
    ours.s3.put_object(Bucket=backend.bucket, Key=f"{other}.tflock", Body=content(FIRST).encode())
    done = holdfast("state", "doctor", "new")
    assert done.code == 1
    assert re.search(r"new \(dev, pr-42\) +no state; locked\n", done.out)
    assert "ENVIRONMENT_SUFFIX=pr-42 pipenv run holdfast unlock new --environment dev" in done.out


def test_old_lock_files_are_counted_and_pile_up_only_without_a_lifecycle(
    ours: Clients, backend: Backend, holdfast: Command
) -> None:
    for _ in range(3):
        take(ours, backend, FIRST, "file")
        ours.s3.delete_object(Bucket=backend.bucket, Key=f"{key(backend)}.tflock")
    done = holdfast("state", "doctor")
    assert done.code == 0
    assert re.search(r"lock files +3 old versions, the first of 20", done.out)
    ours.s3.delete_bucket_lifecycle(Bucket=backend.bucket)
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert "nothing removes them" in done.out


# Disagreement


def test_states_in_another_folder_are_told(ours: Clients, backend: Backend, holdfast: Command) -> None:
    write(ours, backend, at="before/dev/dev/it.tfstate")
    done = holdfast("state", "doctor")
    assert done.code == 0
    assert "unless key was changed in backend.tf: before/dev/dev/it.tfstate" in done.out


def test_a_state_that_was_left_in_a_file(
    ours: Clients, backend: Backend, holdfast: Command, tiny: Tiny
) -> None:
    (tiny.root / "prod.prod.it.tfstate").write_bytes(STATE)
    (tiny.root / "prod.prod.empty.tfstate").write_text("{}")
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert "prod.prod.it.tfstate holds 2 resources, and the bucket has no state of it (prod)" in done.out
    assert "init -migrate-state, after a synthesis for prod" in done.out
    assert "empty" not in done.out

    (tiny.root / "prod.prod.it.tfstate").rename(tiny.root / "dev.dev.it.tfstate")
    done = holdfast("state", "doctor")
    assert done.code == 0
    assert "dev.dev.it.tfstate with 2 resources is not used any more" in done.out


@pytest.mark.parametrize(
    ("kind", "settings", "where"),
    [("s3", {"bucket": "before"}, "before"), ("local", {"path": "it.tfstate"}, "a file")],
)
def test_a_folder_that_is_connected_elsewhere(
    ours: Clients, holdfast: Command, tiny: Tiny, kind: str, settings: dict[str, str], where: str
) -> None:
    record = tiny.project.output / "stacks" / "it" / ".terraform" / "terraform.tfstate"
    record.parent.mkdir(parents=True)
    record.write_text(json.dumps({"backend": {"type": kind, "config": settings}}))
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert f"Terraform in cdktf.out/stacks/it is connected to {where}, not to" in done.out


# Bad input


@pytest.mark.parametrize("arguments", [("ti",), ("--environment", "prod"), ("it", "-e", "prod")])
def test_a_state_that_does_not_exist(ours: Clients, holdfast: Command, arguments: tuple[str, ...]) -> None:
    done = holdfast("state", "doctor", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "allowed: it (dev)" in done.err


def test_without_a_backend_there_is_nothing_to_examine(tiny: Tiny, holdfast: Command) -> None:
    done = holdfast("state", "doctor")
    assert done.code == 2
    assert "no state backend is configured" in done.err


# With real Terraform


@pytest.mark.terraform
def test_what_a_client_without_the_table_leaves_is_found_and_put_right_as_it_says(
    system: Tiny, aws: Server, backend: Backend, gate: Path, holdfast: Command
) -> None:
    gate.touch()
    assert holdfast("deploy", STACK, "--auto-approve").code == 0
    assert holdfast("state", "doctor").code == 0
    configuration = system.project.stack(STACK) / "cdk.tf.json"
    with_both = configuration.read_text()
    document = json.loads(with_both)
    del document["terraform"]["backend"]["s3"]["dynamodb_table"]
    configuration.write_text(json.dumps(document))
    terraform(system, "init", "-reconfigure")
    terraform(system, "apply", "-auto-approve", "-replace=terraform_data.it")

    assert holdfast("deploy", STACK, "--auto-approve").code == 1
    done = holdfast("state", "doctor", STACK)
    assert done.code == 1
    assert "its checksum in the table is stale: it is that of version" in done.out
    (fix,) = fixes(done)
    command = re.search(r"aws dynamodb delete-item .*?'\{.*?\}\}'", fix)
    assert command is not None
    run_as_told(aws, command[0])
    configuration.write_text(with_both)
    terraform(system, "init", "-reconfigure")
    assert holdfast("deploy", STACK, "--auto-approve").code == 0
    assert holdfast("state", "doctor", STACK).code == 0


def run_as_told(aws: Server, command: str) -> None:
    """What the AWS CLI makes of the command."""
    words = shlex.split(command)
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options["--region"] == aws.client("dynamodb").meta.region_name
    aws.client("dynamodb").delete_item(TableName=options["--table-name"], Key=json.loads(options["--key"]))


@pytest.mark.terraform
def test_what_a_killed_run_leaves_is_found(
    system: Tiny, aws: Server, backend: Backend, gate: Path, holdfast: Command
) -> None:
    leave_locks(system)
    done = holdfast("state", "doctor")
    assert done.code == 0, "it may go on"
    assert "tiny (dev)" in done.out
    assert "locked by" in done.out
    # The half of it that a crash between the two locks leaves.
    aws.client("s3").delete_object(Bucket=backend.bucket, Key="holdfast/dev/dev/tiny.tfstate.tflock")
    done = holdfast("state", "doctor")
    assert done.code == 1
    assert "locked in the table only" in done.out
