"""A command is about the environment, and with the suffix, that it was given."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import selection
from environments.problem import Problem


@pytest.mark.parametrize(("given", "chosen"), [("prod", "prod"), ("", "dev"), (None, "dev")])
def test_the_environment_comes_from_the_variable(
    monkeypatch: pytest.MonkeyPatch, given: str | None, chosen: str
) -> None:
    monkeypatch.delenv("HOLDFAST_ENVIRONMENT", raising=False)
    if given is not None:
        monkeypatch.setenv("HOLDFAST_ENVIRONMENT", given)
    assert selection.environment() == chosen


@pytest.mark.parametrize(
    ("variable", "context", "chosen"),
    [("pr-7", "ctx", "pr-7"), ("", "ctx", "ctx"), ("", None, None), ("pr-7", None, "pr-7")],
)
def test_the_suffix_comes_from_the_variable_then_the_context(
    monkeypatch: pytest.MonkeyPatch, variable: str, context: str | None, chosen: str | None
) -> None:
    monkeypatch.setenv("ENVIRONMENT_SUFFIX", variable)
    assert selection.suffix({"environmentSuffix": context}.get) == chosen


def test_the_environments_of_the_project_are_found() -> None:
    assert {"dev", "prod"} <= set(selection.names())
    assert selection.file("prod").is_file()


@pytest.mark.parametrize("name", ["staging", "../environments/dev", "dev.tfvars", ""])
def test_an_unknown_environment_names_those_that_exist(tmp_path: Path, name: str) -> None:
    for known in ("prod", "dev"):
        (tmp_path / f"{known}.tfvars").touch()
    with pytest.raises(Problem, match="there is no environment") as problem:
        selection.file(name, tmp_path)
    assert problem.value.allowed == "dev, prod"
