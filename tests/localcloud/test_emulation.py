"""At every start it is said what is real and what is emulated."""

from __future__ import annotations

from pathlib import Path

import pytest

from localcloud import emulation, postgres_machine


def test_where_postgresql_is_installed_databases_are_real(monkeypatch: pytest.MonkeyPatch) -> None:
    found = postgres_machine.Installation(Path("/usr/bin"), "15.13")
    monkeypatch.setattr(postgres_machine, "installed", lambda: found)
    services = emulation.services()
    assert "a real server (PostgreSQL 15.13, TLS)" in services["RDS"]
    assert set(services) == {"RDS", "Lambda", "Secrets Manager", "all other"}


def test_where_it_is_not_they_are_emulated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_machine, "installed", lambda: None)
    assert "PostgreSQL (initdb, pg_ctl) is not installed" in emulation.services()["RDS"]
