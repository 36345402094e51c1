"""Which systems there are, which of them an environment has, and which are wanted."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import manifest, systems
from environments.manifest import Entry
from environments.problem import Problem
from environments.systems import System

FILES = System(name="files", code="stacks.files.Files")
ARCHIVE = System(name="archive", code="stacks.archive.Archive", block="archive")


@pytest.fixture(autouse=True)
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(systems, "SYSTEMS", (FILES, ARCHIVE))


@pytest.mark.parametrize(
    ("wanted", "blocks", "chosen"),
    [
        ((), {"network"}, [FILES]),
        ((), {"network", "archive"}, [FILES, ARCHIVE]),
        (("archive",), {"archive"}, [ARCHIVE]),
        (("archive", "files"), {"archive"}, [FILES, ARCHIVE]),
    ],
)
def test_an_environment_has_what_its_file_describes(
    wanted: tuple[str, ...], blocks: set[str], chosen: list[System]
) -> None:
    assert systems.chosen(wanted, blocks=blocks, environment="dev") == chosen


def test_a_system_that_is_none_is_told_with_those_that_are() -> None:
    with pytest.raises(Problem) as caught:
        systems.chosen(["achive"], blocks=(), environment="dev")
    problem = caught.value
    assert (problem.what, problem.given, problem.allowed) == (
        "there is no such system",
        "achive",
        "files, archive",
    )
    assert problem.fix == "write archive"


def test_a_system_that_the_environment_has_not_says_what_is_missing() -> None:
    with pytest.raises(Problem, match="the environment dev has no archive") as caught:
        systems.chosen(["archive"], blocks={"network"}, environment="dev")
    assert caught.value.allowed == "files"
    assert "add archive = {} to environments/dev.tfvars" in str(caught.value.fix)


def test_of_a_manifest_only_what_is_synthesized_counts(tmp_path: Path) -> None:
    path = manifest.file("dev", tmp_path)
    entries = [Entry(system=name, address="aws_vpc.it", path="it") for name in systems.names()]
    manifest.write(path, entries)
    assert {entry.system for entry in manifest.read(path)} == {"files", "archive"}
    assert {entry.system for entry in manifest.read(path, systems=["archive"])} == {"archive"}
