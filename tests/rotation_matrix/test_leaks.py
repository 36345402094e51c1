"""Passwords are found wherever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rotation_matrix.leaks import passwords_in

PASSWORDS = {"s3cret-of-thirty-two-characters.", "another~one", "odd-length-password"}


@pytest.mark.parametrize("before", range(40))
@pytest.mark.parametrize("password", sorted(PASSWORDS))
def test_at_every_place(tmp_path: Path, before: int, password: str) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"{'x' * before}{password}\n")
    assert f"server.log:{before}" in passwords_in([log], PASSWORDS)


def test_at_the_end_of_the_file_and_more_than_once(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("another~one, another~one")
    assert set(passwords_in([log], PASSWORDS)) == {"server.log:0", "server.log:13"}


def test_parts_are_none(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("nother~one another~on s3cret-of-thirty-two-characters odd-length-passwor")
    assert passwords_in([log], PASSWORDS) == []
    assert passwords_in([log], set()) == []
