"""What synthesis says of a renamed construct, followed to the letter: real Terraform moves, and destroys nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from environments import guard, manifest
from environments.problem import Problem
from modules.aws.moves import moved
from modules.aws.provider import aws_provider
from operations import terraform_cli
from operations.project import Project
from operations.terraform import Terraform
from tests.localcloud.server import REGION, Server

pytestmark = [pytest.mark.terraform, pytest.mark.server]

NAME = "records"


class Records(Construct):
    """Log events, the key that encrypts them, and an alias, which holds no data."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        key = KmsKey(self, "key", description="Records")
        KmsAlias(self, "alias", name="alias/records", target_key_id=key.key_id)
        CloudwatchLogGroup(self, "events", name="records")


@pytest.fixture
def terraform(tmp_path: Path, local_aws: Server) -> Terraform:
    return Terraform(
        folder=tmp_path / "out" / "stacks" / NAME,
        log=tmp_path / "terraform.log",
        show=None,
        environ={
            **terraform_cli.choose(Project()).variables(),
            "AWS_ENDPOINT_URL": local_aws.endpoint,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "NO_PROXY": "127.0.0.1",
        },
    )


@pytest.fixture
def synthesize(tmp_path: Path) -> Callable[..., None]:
    """Synthesizes the system with an id for its construct, and lines at the end of its constructor."""

    def synthesize(id: str, *lines: str, guarded: bool = True) -> None:
        app = App(outdir=str(tmp_path / "out"))
        stack = TerraformStack(app, NAME)
        aws_provider(stack, region=REGION)
        Records(stack, id)
        for line in lines:
            exec(line, {"self": stack, "moved": moved})
        app.synth()
        if guarded:
            guard.check(tmp_path / "out", "dev", manifest.read(manifest.file("dev", tmp_path)))

    return synthesize


def planned(terraform: Terraform, plan: Path) -> dict[str, dict[str, Any]]:
    terraform.plan(plan)
    return {change["address"]: change for change in terraform.show_json(plan)["resource_changes"]}


def test_the_printed_move_is_a_plan_that_moves_and_destroys_nothing(
    tmp_path: Path, terraform: Terraform, synthesize: Callable[..., None]
) -> None:
    plan = tmp_path / "it.tfplan"
    synthesize("records", guarded=False)
    systems = guard.synthesized(tmp_path / "out")
    manifest.write(manifest.file("dev", tmp_path), guard.unrecorded(systems, []))
    terraform.init()
    terraform.plan(plan)
    terraform.apply(plan)
    before = set(terraform.state_list())
    assert len(before) == 3

    with pytest.raises(Problem, match="what holds data is lost") as caught:
        synthesize("archive")
    lines = [line.strip() for line in str(caught.value.fix).splitlines() if "moved(self" in line]
    assert len(lines) == 1

    synthesize("archive", guarded=False)
    unguarded = planned(terraform, plan)
    assert {
        address for address, change in unguarded.items() if "delete" in change["change"]["actions"]
    } == before

    # Renamed twice before anything was applied: the move that says both finds what is at the first address.
    synthesize("store", 'moved(self, "records", "archive", to="store")')
    moved_twice = planned(terraform, tmp_path / "other.tfplan")
    assert_all_are_moved(moved_twice, before)

    synthesize("archive", *lines)
    changes = planned(terraform, plan)
    assert_all_are_moved(changes, before)
    terraform.apply(plan)
    assert set(terraform.state_list()) == set(changes)
    assert not set(changes) & before


def assert_all_are_moved(changes: dict[str, dict[str, Any]], before: set[str]) -> None:
    assert {change["previous_address"] for change in changes.values()} == before
    assert [change["change"]["actions"] for change in changes.values()] == [["no-op"]] * len(before)
