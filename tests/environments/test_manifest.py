"""A manifest is a file whose lines a reviewer can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from environments import manifest
from environments.manifest import Entry
from environments.problem import Problem

DATABASE = Entry(system="it", address="aws_db_instance.database_D7FC2283", path="database/instance")
FILES = Entry(system="it", address="aws_efs_file_system.files_85FA1528", path="a path/with a space")
OTHER = Entry(system="other", address="aws_kms_key.keys_7F6558CC", path="keys/key")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = manifest.file("dev", tmp_path)
    manifest.write(path, [OTHER, FILES, DATABASE, DATABASE])
    assert manifest.read(path) == [DATABASE, FILES, OTHER]
    assert [found.name for found in tmp_path.iterdir()] == ["dev.manifest"]


def test_a_new_resource_is_a_new_line(tmp_path: Path) -> None:
    path = manifest.file("dev", tmp_path)
    manifest.write(path, [DATABASE, OTHER])
    before = path.read_text().splitlines()
    manifest.write(path, [OTHER, FILES, DATABASE])
    assert set(path.read_text().splitlines()) - set(before) == {
        "it aws_efs_file_system.files_85FA1528 a path/with a space"
    }


def test_an_environment_without_a_manifest_has_no_entries(tmp_path: Path) -> None:
    assert manifest.read(manifest.file("new", tmp_path)) == []


@pytest.mark.parametrize(
    "line", ["it aws_db_instance.a", "<<<<<<< HEAD", "it database database/instance", "it  a.b.c  d"]
)
def test_a_line_that_is_none_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    path = manifest.file("dev", tmp_path)
    manifest.write(path, [DATABASE])
    path.write_text(f"{path.read_text()}{line}\n")
    with pytest.raises(Problem, match=r"dev\.manifest, line 4: this is no line of a manifest") as caught:
        manifest.read(path)
    assert caught.value.given == line


def test_what_is_gone_stays_until_somebody_takes_it_out() -> None:
    renamed = Entry(system="it", address="aws_db_instance.db_12345678", path="db/instance")
    assert manifest.merged([DATABASE, FILES], [FILES, renamed]) == sorted([DATABASE, FILES, renamed])


def test_a_path_that_changed_at_the_same_address_is_written_anew() -> None:
    now = Entry(system="it", address=DATABASE.address, path="elsewhere")
    assert manifest.merged([DATABASE], [now]) == [now]
