"""Where jsii keeps extracted packages, and which of them lack their index."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modules.lazy_bindings import jsii_cache

NAME, VERSION = "@cdktf/provider-fake", "1.0.0-RC.1"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of our own, and one loaded assembly."""
    monkeypatch.setenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(tmp_path))
    monkeypatch.delenv("JSII_RUNTIME_PACKAGE_CACHE", raising=False)
    monkeypatch.setattr(jsii_cache, "assemblies", lambda: [(NAME, VERSION)])
    return tmp_path


def extract(cache: Path, digest: str, *, used: float, index: bool = False) -> Path:
    package = cache / "@cdktf" / "provider-fake" / "1.0.0-_.1" / digest
    package.mkdir(parents=True)
    marker = package / ".jsii-runtime-package-cache"
    marker.touch()
    os.utime(marker, (used, used))
    if index:
        (package / ".jsii.runtime.v1.json").touch()
    return package


def test_a_package_without_index_is_named(cache: Path) -> None:
    package = extract(cache, "d1", used=1)
    assert jsii_cache.without_index() == [NAME]
    # Written before the manifest: not yet an index.
    (package / ".jsii.runtime-defs.v1.jsonl").touch()
    (package / ".jsii.runtime-index.v1").touch()
    assert jsii_cache.without_index() == [NAME]
    (package / ".jsii.runtime.v1.json").touch()
    assert jsii_cache.without_index() == []


def test_only_the_package_in_use_counts(cache: Path) -> None:
    extract(cache, "d1", used=1)
    extract(cache, "d2", used=2, index=True)
    assert jsii_cache.without_index() == []
    extract(cache, "d3", used=3)
    assert jsii_cache.without_index() == [NAME]


def test_nothing_extracted_is_nothing_to_wait_for(cache: Path) -> None:
    assert jsii_cache.without_index() == []
    (cache / "@cdktf" / "provider-fake" / "1.0.0-_.1" / "being-extracted").mkdir(parents=True)
    assert jsii_cache.without_index() == []


def test_a_cache_that_is_turned_off_is_not_looked_at(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extract(cache, "d1", used=1)
    monkeypatch.setenv("JSII_RUNTIME_PACKAGE_CACHE", "disabled")
    assert jsii_cache.without_index() == []


def test_a_jsii_that_builds_no_index_is_not_waited_for(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    extract(cache, "d1", used=1)
    monkeypatch.setattr(jsii_cache, "_BUILDER", "lib__something-else.js")
    assert jsii_cache.without_index() == []


def test_the_assemblies_are_those_that_were_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    assembly = SimpleNamespace(name=NAME, version=VERSION)
    modules: dict[str, Any] = {
        "fake._jsii": SimpleNamespace(__jsii_assembly__=assembly),
        "other._jsii": SimpleNamespace(),
        "fake": SimpleNamespace(__jsii_assembly__=assembly),
    }
    monkeypatch.setattr(sys, "modules", modules)
    assert jsii_cache.assemblies() == [(NAME, VERSION)]


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, "/home/us/.cache/aws/jsii/package-cache"),
        ("freebsd14", {}, "/home/us/.cache/aws/jsii/package-cache"),
        ("darwin", {}, "/home/us/Library/Caches/com.amazonaws.jsii/package-cache"),
        ("win32", {}, "/home/us/AppData/Local/AWS/jsii/package-cache"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/AWS/jsii/package-cache"),
        ("darwin", {"JSII_RUNTIME_PACKAGE_CACHE_ROOT": "/elsewhere"}, "/elsewhere"),
        ("linux", {"JSII_RUNTIME_PACKAGE_CACHE_ROOT": ""}, "/home/us/.cache/aws/jsii/package-cache"),
    ],
)
def test_the_folder_of_the_cache(
    monkeypatch: pytest.MonkeyPatch, platform: str, environ: dict[str, str], expected: str
) -> None:
    for name in ("LOCALAPPDATA", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/us", **environ}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert jsii_cache.root() == Path(expected)


def test_a_user_without_home_has_a_folder_of_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert jsii_cache.root().name == f"aws-jsii-package-cache-{os.getuid()}"
