"""``holdfast comply``: its exit codes, its formats, and what it refuses."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from operations.compliance import command
from operations.project import Project
from tests.fixtures.plans.make import FOLDER
from tests.operations.compliance.building import GOOD_DATABASE
from tests.operations.conftest import Command
from tests.operations.plans.building import change, document

LAST_DAY = datetime.now(UTC).date() + timedelta(days=30)
WAIVER = f"""
[[waiver]]
rules = ["RDS.23"]
stacks = ["one"]
address = "aws_db_instance.*"
reason = "Clients expect PostgreSQL on 5432."
compensating_control = "Security groups admit named clients only."
owner = "database-owner"
expires = {LAST_DAY}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose synthesis writes two systems: one that meets Security Hub's rules on keys, one that does not."""
    (tmp_path / "main.py").write_text("", encoding="utf-8")
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "compliance.toml").write_text("", encoding="utf-8")
    for name, rotated in (("one", True), ("two", False)):
        folder = tmp_path / "cdktf.out" / "stacks" / name
        folder.mkdir(parents=True)
        key = {"enable_key_rotation": rotated}
        (folder / "cdk.tf.json").write_text(
            json.dumps(
                {"provider": {"aws": [{"region": "eu-central-2"}]}, "resource": {"aws_kms_key": {"k": key}}}
            ),
            encoding="utf-8",
        )
    monkeypatch.delenv("CDKTF_OUTDIR", raising=False)
    monkeypatch.setattr(command, "Project", lambda: Project(root=tmp_path))
    return tmp_path


def test_a_system_that_meets_the_rules(project: Path, holdfast: Command) -> None:
    done = holdfast("comply", "one")
    assert done.code == 0, done.out + done.err
    assert "Passed: all " in done.out


def test_a_system_that_does_not(project: Path, holdfast: Command) -> None:
    done = holdfast("comply", "two", "--pack", "security-hub")
    assert done.code == 3
    assert "KMS.4" in done.out
    assert "aws_kms_key.k" in done.out


def test_of_a_system_that_is_made_to_be_destroyed_that_is_said(project: Path, holdfast: Command) -> None:
    assert holdfast("comply", "two").err == ""
    file = project / "cdktf.out" / "stacks" / "two" / "cdk.tf.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**content, "output": {"profile": {"value": "ephemeral"}}}), encoding="utf-8")
    assert "two has the profile ephemeral" in holdfast("comply", "two").err


def test_every_system_unless_one_is_named(project: Path, holdfast: Command) -> None:
    done = holdfast("comply", "--format", "json")
    assert done.code == 3
    assert [found["system"] for found in json.loads(done.out)] == ["one", "two"]


def test_json_in_a_file(project: Path, holdfast: Command, tmp_path: Path) -> None:
    out = tmp_path / "reports" / "one.json"
    assert (
        holdfast("comply", "one", "--pack", "fedramp-moderate", "--format", "json", "--out", str(out)).code
        == 0
    )
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["region"] == "eu-central-2"
    assert found["packs"][0]["decided"] == found["packs"][0]["good"] == 44
    (rotated,) = [rule for rule in found["rules"] if rule["id"] == "cmk-backing-key-rotation-enabled"]
    assert rotated["findings"] == [
        {
            "address": "aws_kms_key.k",
            "verdict": "pass",
            "attribute": "enable_key_rotation",
            "evidence": "true",
            "waiver": None,
        }
    ]


def test_text_in_a_file(project: Path, holdfast: Command, tmp_path: Path) -> None:
    out = tmp_path / "one.txt"
    assert holdfast("comply", "one", "--out", str(out)).code == 0
    assert out.read_text(encoding="utf-8").startswith("Control alignment of one  from the configuration\n")


def test_markdown_of_all_systems(project: Path, holdfast: Command) -> None:
    done = holdfast("comply", "--pack", "security-hub", "--format", "markdown")
    assert done.code == 3
    assert done.out.startswith("## ⛔ Control alignment: ")
    assert "| `one` | " in done.out
    assert "- `two`, `KMS.4` (" in done.out


def test_a_plan(project: Path, holdfast: Command) -> None:
    file = project / "plan.json"
    file.write_bytes(document(change("aws_db_instance.it", "create", after=GOOD_DATABASE)))
    (project / "environments" / "compliance.toml").write_text(WAIVER, encoding="utf-8")
    done = holdfast("comply", "one", "--plan", str(file), "--format", "json")
    assert done.code == 3
    outcomes = {rule["id"]: rule["outcome"] for rule in json.loads(done.out)["rules"]}
    assert outcomes["RDS.3"] == "pass"
    assert outcomes["RDS.5"] == "fail"
    assert outcomes["RDS.23"] == "waived"


@pytest.mark.parametrize(
    ("arguments", "accepts"),
    [([], False), (["--environment", "prod"], True), (["--environment", "dev"], False)],
)
def test_a_waiver_for_one_environment_holds_for_a_plan_that_is_said_to_be_of_it(
    arguments: list[str], accepts: bool, project: Path, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOLDFAST_ENVIRONMENT", raising=False)
    file = project / "plan.json"
    file.write_bytes(document(change("aws_db_instance.it", "create", after=GOOD_DATABASE)))
    text = f'{WAIVER}environment = "prod"\n'
    (project / "environments" / "compliance.toml").write_text(text, encoding="utf-8")
    done = holdfast("comply", "one", "--plan", str(file), "--format", "json", *arguments)
    outcomes = {rule["id"]: rule["outcome"] for rule in json.loads(done.out)["rules"]}
    assert outcomes["RDS.23"] == ("waived" if accepts else "fail")


@pytest.mark.parametrize(
    ("environment", "code", "says"), [("prod", 2, "has nothing to accept"), ("staging", 0, "")]
)
def test_what_is_synthesized_is_of_the_environment_that_is_chosen(
    environment: str, code: int, says: str, project: Path, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDFAST_ENVIRONMENT", "prod")
    text = f'{WAIVER}environment = "{environment}"\n'
    (project / "environments" / "compliance.toml").write_text(text, encoding="utf-8")
    done = holdfast("comply", "one")
    assert done.code == code
    assert says in done.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["three"], "there is no such system"),
        (["one", "--pack", "fedramp-high"], "there is no such pack"),
        (["one", "--plan", "missing.json"], "there is no such file"),
        (["one", "--plan", str(FOLDER / "errored.json")], "Terraform broke off"),
        (["one", "--plan", os.devnull], "is not valid JSON"),
        (["one", "--waivers", "missing.toml"], "there is no such file"),
        (["one", "--out", "."], "cannot be written"),
        (["one", "--format", "pdf"], "pdf"),
    ],
)
def test_bad_input_is_one_clear_message(
    arguments: list[str], says: str, project: Path, holdfast: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    done = holdfast("comply", *arguments)
    assert done.code == 2, done.out + done.err
    assert says in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("waiver", "says"),
    [
        (WAIVER.replace(str(LAST_DAY), "2020-05-31"), "expired on 2020-05-31"),
        (WAIVER, "has nothing to accept"),
        (WAIVER.replace('owner = "database-owner"\n', ""), "owner is missing"),
        ("[[wavier]]", "has no setting wavier"),
        ("[[waiver]", "is not valid TOML"),
    ],
)
def test_waivers_that_are_not_valid(waiver: str, says: str, project: Path, holdfast: Command) -> None:
    (project / "environments" / "compliance.toml").write_text(waiver, encoding="utf-8")
    done = holdfast("comply", "one")
    assert done.code == 2
    assert says in done.err


def test_a_foreign_json_in_the_place_of_a_stack(project: Path, holdfast: Command) -> None:
    file = project / "cdktf.out" / "stacks" / "one" / "cdk.tf.json"
    file.write_text('{"AWSTemplateFormatVersion": "2010-09-09"}', encoding="utf-8")
    done = holdfast("comply", "one")
    assert done.code == 2
    assert "is no Terraform configuration" in done.err
