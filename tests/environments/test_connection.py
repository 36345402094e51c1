"""A folder that was synthesized for another environment forgets that one's state, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from environments import connection

S3 = {"bucket": "states", "key": "holdfast/dev/dev/it.tfstate", "region": "eu-central-2", "encrypt": True}
LOCAL = {"path": "/project/dev.dev.it.tfstate"}


def synthesized(tmp_path: Path, kind: str, settings: dict[str, Any]) -> None:
    folder = tmp_path / "stacks" / "it"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cdk.tf.json").write_text(json.dumps({"terraform": {"backend": {kind: settings}}}))


def initialized(tmp_path: Path, kind: str, settings: dict[str, Any]) -> Path:
    """Terraform records every argument that a backend has."""
    record = tmp_path / "stacks" / "it" / ".terraform" / "terraform.tfstate"
    record.parent.mkdir(parents=True)
    config = {"profile": None, "workspace_dir": None, **settings}
    record.write_text(json.dumps({"version": 3, "backend": {"type": kind, "config": config, "hash": 1}}))
    return record


@pytest.mark.parametrize(
    ("kind", "settings", "other"),
    [("s3", S3, {"key": "holdfast/prod/prod/it.tfstate"}), ("local", LOCAL, {"path": "/project/p.tfstate"})],
)
def test_another_environments_state_is_forgotten(
    tmp_path: Path, kind: str, settings: dict[str, Any], other: dict[str, str]
) -> None:
    synthesized(tmp_path, kind, settings | other)
    record = initialized(tmp_path, kind, settings)
    connection.forget_other_environments(tmp_path)
    assert not record.exists()


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("s3", S3),
        ("s3", S3 | {"bucket": "other"}),
        ("s3", S3 | {"bucket": "other", "key": "other"}),
        ("local", LOCAL),
        ("gcs", {"bucket": "states"}),
    ],
)
def test_a_state_that_stays_or_that_somebody_moves_is_not(
    tmp_path: Path, kind: str, settings: dict[str, Any]
) -> None:
    synthesized(tmp_path, kind, settings)
    record = initialized(tmp_path, *(("local", LOCAL) if kind == "local" else ("s3", S3)))
    connection.forget_other_environments(tmp_path)
    assert record.exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"backend": null}'])
def test_a_record_that_says_nothing_is_left_to_terraform(tmp_path: Path, text: str) -> None:
    synthesized(tmp_path, "s3", S3)
    record = initialized(tmp_path, "s3", S3)
    record.write_text(text)
    connection.forget_other_environments(tmp_path)
    assert record.read_text() == text


def where(system: str) -> tuple[str, dict[str, Any]]:
    """Where the environment keeps the states."""
    return "s3", S3 | {"key": f"holdfast/dev/dev/{system}.tfstate"}


def test_what_was_synthesized_for_the_same_environment_stays(tmp_path: Path) -> None:
    synthesized(tmp_path, "s3", S3 | {"use_lockfile": True})
    connection.remove_other_environments(tmp_path, where)
    assert (tmp_path / "stacks" / "it" / "cdk.tf.json").is_file()


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("s3", S3 | {"key": "holdfast/prod/prod/it.tfstate"}),
        ("s3", S3 | {"bucket": "other"}),
        ("local", LOCAL),
    ],
)
def test_what_was_synthesized_for_another_one_goes(
    tmp_path: Path, kind: str, settings: dict[str, Any]
) -> None:
    synthesized(tmp_path, kind, settings)
    record = initialized(tmp_path, kind, settings)
    connection.remove_other_environments(tmp_path, where)
    assert not (tmp_path / "stacks" / "it" / "cdk.tf.json").exists()
    assert record.exists()


def test_a_folder_that_was_never_initialized_has_nothing_to_forget(tmp_path: Path) -> None:
    connection.forget_other_environments(tmp_path)
    synthesized(tmp_path, "s3", S3)
    connection.forget_other_environments(tmp_path)
