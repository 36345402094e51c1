"""The version of a package is read once."""

from __future__ import annotations

from importlib import metadata

import pytest

from modules.lazy_bindings import version_lookup


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The packages whose metadata was read."""
    packages: list[str] = []

    def version(package: str) -> str:
        packages.append(package)
        if package == "missing":
            raise metadata.PackageNotFoundError(package)
        return "2.13.3"

    monkeypatch.setattr(metadata, "version", version)
    version_lookup.install()
    version_lookup.install()
    return packages


def test_a_package_is_read_once(read: list[str]) -> None:
    assert [metadata.version("typeguard") for _ in range(3)] == ["2.13.3"] * 3
    assert read == ["typeguard"]


def test_a_package_that_is_not_there_is_looked_for_again(read: list[str]) -> None:
    for _ in range(2):
        with pytest.raises(metadata.PackageNotFoundError):
            metadata.version("missing")
    assert read == ["missing", "missing"]
