"""Synthesis in a process of its own: its problems are told as ours, its faults as failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import removal, selection
from environments.problem import Problem
from operations import synth
from operations.failure import Failed
from operations.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in ("CDKTF_OUTDIR", selection.ENVIRONMENT_VARIABLE, removal.VARIABLE):
        monkeypatch.delenv(name, raising=False)
    return Project(root=tmp_path)


def write(project: Project, text: str) -> None:
    (project.root / "main.py").write_text(text, encoding="utf-8")


def test_the_environment_and_the_removal_are_passed_on(project: Project) -> None:
    write(project, "import os\nprint(sorted(n for n in os.environ.items() if n[0].startswith('HOLDFAST_')))")
    synth.synthesize(project)
    synth.synthesize(project, environment="prod", allow_removal=True)
    first, second = (
        line for line in (project.logs / "synth.log").read_text().splitlines() if line.startswith("[")
    )
    assert "HOLDFAST_ENVIRONMENT" not in first
    assert "HOLDFAST_REMOVAL" not in first
    assert "('HOLDFAST_ENVIRONMENT', 'prod')" in second
    assert "('HOLDFAST_REMOVAL', 'allow')" in second


def test_bad_input_is_told_as_it_was(project: Project) -> None:
    write(project, "import sys\nprint('no such setting', file=sys.stderr)\nsys.exit(2)")
    with pytest.raises(Problem) as caught:
        synth.synthesize(project)
    assert str(caught.value) == "no such setting"


def test_a_fault_is_a_failure_with_its_log(project: Project) -> None:
    write(project, "raise ZeroDivisionError")
    with pytest.raises(Failed, match=r"synthesis failed \(exit code 1\)") as caught:
        synth.synthesize(project)
    assert "ZeroDivisionError" in caught.value.reason
    assert str(project.logs / "synth.log") in str(caught.value)


def test_what_was_synthesized_is_read(project: Project) -> None:
    folder = project.output / "stacks" / "it"
    folder.mkdir(parents=True)
    (folder / "cdk.tf.json").write_text(
        '{"provider": {"aws": [{"alias": "other"}, {"region": "eu-central-2"}]},'
        ' "resource": {"aws_vpc": {"one": {"cidr_block": "10.0.0.0/16"}}}}'
    )
    configuration = synth.stack_json(project, "it")
    assert synth.region(configuration) == "eu-central-2"
    assert synth.region({}) is None
    assert synth.blocks(configuration, "resource", "aws_vpc") == [{"cidr_block": "10.0.0.0/16"}]
    assert synth.blocks(configuration, "data", "aws_vpc") == []
