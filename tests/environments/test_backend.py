"""``backend.tf``: what is accepted, what is refused and how it is told, and where each state goes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from environments import backend
from environments.problem import Problem

ROOT = Path(__file__).parents[2]
GOOD = (
    (ROOT / backend.EXAMPLE).read_text(encoding="utf-8").replace("REPLACE-ME-holdfast-state", "agency-states")
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "backend.tf"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(tmp_path: Path, text: str) -> Problem:
    with pytest.raises(Problem) as caught:
        backend.read(written(tmp_path, text))
    return caught.value


def setting(name: str, value: str) -> str:
    """The good file with one setting replaced."""
    text, count = re.subn(rf"^    {name}\s*= .*$", f"    {name} = {value}", GOOD, flags=re.MULTILINE)
    assert count == 1
    return text


def without(name: str) -> str:
    return re.sub(rf"^    {name}\s*= .*\n", "", GOOD, flags=re.MULTILINE)


def test_the_example_works_once_its_bucket_is_named(tmp_path: Path) -> None:
    assert backend.read(written(tmp_path, GOOD)) == backend.Backend.model_validate(
        {
            "bucket": "agency-states",
            "region": "eu-central-2",
            "key": "holdfast",
            "dynamodb_table": "holdfast-state-lock",
            "kms_key_id": "alias/holdfast-state",
            "encrypt": True,
            "use_lockfile": True,
        }
    )


def test_the_example_as_it_is_says_what_to_replace(tmp_path: Path) -> None:
    problem = refusal(tmp_path, (ROOT / backend.EXAMPLE).read_text(encoding="utf-8"))
    assert "bucket is not valid" in problem.what
    assert "placeholder" in str(problem.allowed)


def test_no_file_means_no_backend(tmp_path: Path) -> None:
    assert backend.read(tmp_path / "backend.tf") is None
    with pytest.raises(Problem, match="no state backend is configured") as caught:
        backend.required(tmp_path / "backend.tf")
    assert caught.value.fix == "cp backend.tf.example backend.tf, and edit it"


def test_a_required_backend_is_the_one_in_the_file(tmp_path: Path) -> None:
    assert backend.required(written(tmp_path, GOOD)).bucket == "agency-states"


def test_each_stack_of_each_deployment_has_its_own_state(tmp_path: Path) -> None:
    ours = backend.required(written(tmp_path, GOOD))
    assert ours.key_for("citizen-data", "dev") == "holdfast/dev/dev/citizen-data.tfstate"
    assert ours.key_for("citizen-data", "dev", "pr12") == "holdfast/dev/pr12/citizen-data.tfstate"
    assert ours.key_for("database-ha", "prod") == "holdfast/prod/prod/database-ha.tfstate"


def test_settings_are_what_terraform_needs(tmp_path: Path) -> None:
    ours = backend.required(written(tmp_path, GOOD))
    assert {**ours.settings("citizen-data", environment="dev"), **ours.overrides()} == {
        "bucket": "agency-states",
        "region": "eu-central-2",
        "key": "holdfast/dev/dev/citizen-data.tfstate",
        "dynamodb_table": "holdfast-state-lock",
        "kms_key_id": "alias/holdfast-state",
        "encrypt": True,
        "use_lockfile": True,
    }


def test_a_backend_cannot_be_changed(tmp_path: Path) -> None:
    ours = backend.required(written(tmp_path, GOOD))
    with pytest.raises(ValidationError):
        ours.bucket = "other"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("bucket", '"ab"', "3 to 63"),
        ("bucket", f'"{"a" * 64}"', "3 to 63"),
        ("bucket", '"States"', "lower-case"),
        ("bucket", '"a..b"', "single dots"),
        ("bucket", '"-states"', "letter or digit at both ends"),
        ("bucket", '"192.168.5.4"', "IP address"),
        ("bucket", '"xn--states"', "reserved"),
        ("bucket", '"states--x-s3"', "reserved"),
        ("bucket", "3", "text in double quotes"),
        ("region", '"Zurich"', "eu-central-2"),
        ("key", '"/states"', "folder"),
        ("key", '"a//b"', "folder"),
        ("key", '"holdfast.tfstate"', "its own .tfstate"),
        ("dynamodb_table", '"ab"', "3 to 255"),
        ("kms_key_id", '"my-key"', "alias/<name>"),
        ("encrypt", "false", "true, without quotes"),
        ("use_lockfile", '"true"', "true, without quotes"),
    ],
)
def test_a_value_that_cannot_work_is_refused(tmp_path: Path, name: str, value: str, allowed: str) -> None:
    problem = refusal(tmp_path, setting(name, value))
    text = setting(name, value).splitlines()
    line = next(number for number, content in enumerate(text, 1) if content.startswith(f"    {name} = "))
    assert problem.what.endswith(f"backend.tf, line {line}: {name} is not valid")
    assert problem.given == value
    assert allowed in str(problem.allowed)


@pytest.mark.parametrize(
    "key",
    [
        "alias/team/states",
        "arn:aws:kms:eu-central-2:123456789012:key/3f1c2d9a-7c1a-4e58-9a30-0c6a4a1f7d11",
        "arn:aws-us-gov:kms:us-gov-west-1:123456789012:alias/states",
    ],
)
def test_aliases_and_arns_of_keys_are_accepted(tmp_path: Path, key: str) -> None:
    assert backend.required(written(tmp_path, setting("kms_key_id", f'"{key}"'))).kms_key_id == key


@pytest.mark.parametrize("name", ["bucket", "region", "dynamodb_table", "kms_key_id"])
def test_a_missing_setting_is_named(tmp_path: Path, name: str) -> None:
    assert f"lacks the setting {name}" in refusal(tmp_path, without(name)).what


def test_an_unknown_setting_is_named_with_the_known_ones(tmp_path: Path) -> None:
    problem = refusal(tmp_path, GOOD.replace('region = "', 'regoin = "'))
    assert "has no setting regoin" in problem.what
    assert problem.allowed == "bucket, region, key, dynamodb_table, kms_key_id, encrypt, use_lockfile"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "no backend blocks"),
        ("terraform {\n}\n", "no backend blocks"),
        ("terraform = 3\n", "no backend blocks"),
        ('terraform {\n  backend = "s3"\n}\n', "no backend blocks"),
        (GOOD + GOOD, "2 backend blocks"),
        ('terraform {\n  backend "gcs" {\n  }\n}\n', "line 2: the backend is not S3"),
        ('provider "aws" {\n}\n' + GOOD, "line 1: provider does not belong in a backend file"),
        ('terraform {\n  backend "s3" {\n', "line 2: the file ends too early"),
        (GOOD.replace('"agency-states"', "var.bucket"), "this is an expression"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, text: str, what: str) -> None:
    assert what in refusal(tmp_path, text).what
