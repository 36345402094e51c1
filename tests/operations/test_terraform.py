"""Plain Terraform on a folder: saved plans, real exit codes, an empty state at the end. Needs no provider."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from environments.problem import Problem
from operations import failure
from operations.terraform import Terraform, warn_about_logging

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.terraform


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    monkeypatch.delenv("TF_CLI_CONFIG_FILE", raising=False)
    write(tmp_path, "one")
    return Terraform(folder=tmp_path, log=tmp_path / "logs" / "terraform.log", show=None)


def write(folder: Path, word: str) -> None:
    configuration = {
        "resource": {"terraform_data": {"it": {"input": word}}},
        "output": {"word": {"value": "${terraform_data.it.output}"}},
    }
    (folder / "cdk.tf.json").write_text(json.dumps(configuration), encoding="utf-8")


def test_from_nothing_to_an_empty_state(terraform: Terraform, tmp_path: Path) -> None:
    plan = tmp_path / "plans" / "it.tfplan"
    terraform.init()
    assert terraform.state_list() == []
    assert terraform.plan(plan)
    assert terraform.show_json(plan)["resource_changes"][0]["change"]["actions"] == ["create"]

    write(tmp_path, "two")  # what is applied is what was planned, not what has been written since
    terraform.apply(plan)
    assert terraform.output_json()["word"]["value"] == "one"
    assert terraform.state_list() == ["terraform_data.it"]

    write(tmp_path, "one")
    terraform.refresh()
    assert not terraform.plan(plan)

    assert terraform.plan(plan, "-destroy")
    terraform.apply(plan)
    assert terraform.state_list() == []
    assert "terraform_data.it" in terraform.log.read_text(encoding="utf-8")


def test_a_refresh_is_one_line_and_the_log_has_the_rest(terraform: Terraform, tmp_path: Path) -> None:
    plan = tmp_path / "it.tfplan"
    terraform.init()
    terraform.plan(plan)
    terraform.apply(plan)
    shown: list[str] = []
    replace(terraform, show=shown.append).refresh()
    assert shown == ["Refreshing the state"]
    assert terraform.log.read_text(encoding="utf-8").count("Apply complete!") == 2


def test_an_error_is_told_with_its_reason_and_log(terraform: Terraform, tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text(
        '{"resource": {"terraform_data": {"it": {"wrong": 1}}}}', encoding="utf-8"
    )
    terraform.init()
    with pytest.raises(failure.Failed, match=r"terraform plan failed \(exit code 1\)") as caught:
        terraform.plan(tmp_path / "it.tfplan")
    assert caught.value.reason.startswith("Error: ")
    assert "wrong" in caught.value.reason
    assert str(terraform.log) in str(caught.value)


def test_a_state_that_cannot_be_read_is_a_failure(terraform: Terraform, tmp_path: Path) -> None:
    (tmp_path / "terraform.tfstate").write_text("not a state", encoding="utf-8")
    with pytest.raises(failure.Failed, match="terraform state list failed"):
        terraform.state_list()
    with pytest.raises(failure.Failed, match="terraform show failed"):
        terraform.show_json()


def test_without_terraform_nothing_is_begun(terraform: Terraform, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Problem, match="Terraform is needed"):
        terraform.init()
    assert not terraform.log.exists()


@pytest.mark.parametrize(("name", "value"), [("TF_LOG", "DEBUG"), ("TF_LOG_PROVIDER", "trace")])
def test_terraforms_own_logging_is_warned_about(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    warn_about_logging()
    assert f"WARNING: {name} is set" in capsys.readouterr().err


@pytest.mark.parametrize("value", ["", "off"])
def test_logging_that_is_off_is_not(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TF_LOG", value)
    warn_about_logging()
    assert capsys.readouterr().err == ""
