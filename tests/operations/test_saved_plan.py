"""A plan on disk: whole or not there, and its files belong together. Terraform itself plans; no provider is needed."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest

from environments.problem import Problem
from operations.failure import Failed
from operations.plans.reading import read
from operations.review.classification import review
from operations.saved_plan import CONFIGURATION, SavedPlan
from operations.terraform import Terraform

pytestmark = pytest.mark.terraform


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    folder = tmp_path / "stack"
    folder.mkdir()
    write(folder, {"input": "one"})
    found = Terraform(folder=folder, log=tmp_path / "log", show=None)
    found.init()
    return found


def write(folder: Path, arguments: dict[str, object]) -> None:
    configuration = {"resource": {"terraform_data": {"it": arguments, "first": {"input": "x"}}}}
    (folder / "cdk.tf.json").write_text(json.dumps(configuration), encoding="utf-8")


def made(terraform: Terraform, folder: Path) -> SavedPlan:
    saved = SavedPlan(folder=folder)
    saved.make(terraform, stack="citizen-data", environment="dev")
    return saved


def test_plan_json_and_record_are_kept_together_for_their_owner_alone(
    terraform: Terraform, tmp_path: Path
) -> None:
    saved = made(terraform, tmp_path / "plans" / "it")
    record = saved.check()
    assert (record["stack"], record["environment"]) == ("citizen-data", "dev")
    assert set(record["files"]) == {"plan.tfplan", "plan.json"}
    assert len(read(saved.json).resource_changes) == 2
    assert stat.S_IMODE(saved.folder.stat().st_mode) == 0o700
    terraform.apply(saved.plan)


def test_a_plan_made_again_has_other_files_and_does_the_same(terraform: Terraform, tmp_path: Path) -> None:
    first = made(terraform, tmp_path / "1")
    time.sleep(1.1)  # a plan says in which second it was made
    second = made(terraform, tmp_path / "2")
    assert first.check()["files"] != second.check()["files"]
    assert review(read(first.json), stack="x").digest == review(read(second.json), stack="x").digest
    write(terraform.folder, {"input": "two"})
    third = made(terraform, tmp_path / "3")
    assert review(read(first.json), stack="x").digest != review(read(third.json), stack="x").digest


@pytest.mark.parametrize(
    "broken",
    [
        {"wrong": 1},
        # Terraform saves a plan when this fails.
        {"input": "${terraform_data.first.input}", "lifecycle": {"postcondition": [
            {"condition": "${length(terraform_data.first.input) > 5}", "error_message": "It is too short."}
        ]}},
    ],
)  # fmt: skip
def test_a_plan_that_breaks_off_leaves_nothing_not_even_an_older_one(
    broken: dict[str, object], terraform: Terraform, tmp_path: Path
) -> None:
    saved = made(terraform, tmp_path / "it")
    write(terraform.folder, broken)
    with pytest.raises(Failed, match="terraform plan failed"):
        saved.make(terraform, stack="citizen-data", environment="dev")
    assert not saved.folder.exists()


def test_a_file_that_was_exchanged_is_found(terraform: Terraform, tmp_path: Path) -> None:
    saved = made(terraform, tmp_path / "it")
    for file in (saved.plan, saved.json):
        content = file.read_bytes()
        file.write_bytes(content + b" ")
        with pytest.raises(Problem, match=f"{file.name}: is not the file that was planned"):
            saved.check()
        file.unlink()
        with pytest.raises(Problem, match=f"{file.name}: there is no such file"):
            saved.check()
        file.write_bytes(content)
    saved.check()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 1}', '{"files": {}}'])
def test_a_broken_record_is_a_problem(text: str, terraform: Terraform, tmp_path: Path) -> None:
    saved = made(terraform, tmp_path / "it")
    saved.record.write_text(text, encoding="utf-8")
    with pytest.raises(Problem):
        saved.check()
    saved.record.unlink()
    with pytest.raises(Problem, match="there is no plan"):
        saved.check()


def test_a_plan_is_current_only_of_its_system_its_environment_and_what_it_was_planned_from(
    terraform: Terraform, tmp_path: Path
) -> None:
    saved = made(terraform, tmp_path / "it")
    configuration = terraform.folder / CONFIGURATION
    saved.check_current(stack="citizen-data", environment="dev", configuration=configuration)
    for stack, environment in (("citizen-data", "prod"), ("database-ha", "dev")):
        with pytest.raises(Problem, match="of another system or environment") as caught:
            saved.check_current(stack=stack, environment=environment, configuration=configuration)
        assert (caught.value.given, caught.value.allowed) == (
            "citizen-data in dev",
            f"{stack} in {environment}",
        )
    write(terraform.folder, {"input": "two"})
    with pytest.raises(Problem, match="stale: code or settings of citizen-data are not those"):
        saved.check_current(stack="citizen-data", environment="dev", configuration=configuration)
