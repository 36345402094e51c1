"""Warming up: the app runs once, Python files are compiled, and jsii's index is there."""

from __future__ import annotations

import os
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest

from modules.lazy_bindings import jsii_cache, warm
from tests.modules.lazy_bindings.programs import ROOT, run

if TYPE_CHECKING:
    from pathlib import Path

APP = """
import os, pathlib, sys
import helper
pathlib.Path(os.environ["CDKTF_OUTDIR"], "written").write_text("")
pathlib.Path("seen").write_text(repr([sys.argv, os.environ["CDKTF_OUTDIR"], __name__]))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an app; what warming up changes in the process is undone."""
    (tmp_path / "helper.py").write_text("", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", sys.argv)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("CDKTF_OUTDIR", "cdktf.out")
    monkeypatch.setattr(jsii_cache, "without_index", list)
    monkeypatch.delitem(sys.modules, "helper", raising=False)
    return tmp_path


def write_app(folder: Path, source: str) -> None:
    (folder / "main.py").write_text(source, encoding="utf-8")


def test_the_app_runs_as_cdktf_runs_it_but_writes_elsewhere(project: Path) -> None:
    write_app(project, APP)
    assert warm.main(["main.py"]) == 0
    argv, folder, name = eval((project / "seen").read_text(encoding="utf-8"))
    assert (argv, name) == (["main.py"], "__main__")
    assert not folder.startswith(str(project))
    assert not os.path.exists(folder)  # noqa: PTH110 - a path as the app saw it


def test_what_the_app_imports_is_compiled_whatever_the_environment_says(project: Path) -> None:
    write_app(project, APP)
    warm.main(["main.py"])
    assert [file.name for file in project.glob("__pycache__/*")] == [
        f"helper.{sys.implementation.cache_tag}.pyc"
    ]


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("", "  done, "),
        ("import sys; sys.exit(0)", "  done, "),
        ("import sys; sys.exit()", "  done, "),
        ("import sys; sys.exit(2)", "main.py failed, which does not matter here (exit code 2)"),
        ("raise ValueError('no')", "main.py failed, which does not matter here (ValueError: no)"),
    ],
)
def test_an_app_that_fails_is_no_failure(
    project: Path, capsys: pytest.CaptureFixture[str], source: str, told: str
) -> None:
    write_app(project, source)
    assert warm.main(["main.py"]) == 0
    assert told in capsys.readouterr().out


def test_waiting_is_told_and_ends_with_the_last_index(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = iter([["cdktf", "aws"], ["cdktf", "aws"], ["aws"], []])
    monkeypatch.setattr(jsii_cache, "without_index", lambda: next(answers))
    warm.wait_for_indexes()
    first, second, last = capsys.readouterr().out.splitlines()
    assert "index of cdktf, aws" in first
    assert "index of aws" in second
    assert last.startswith("  done, ")


def test_nothing_to_wait_for_is_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(jsii_cache, "without_index", list)
    warm.wait_for_indexes()
    assert capsys.readouterr().out == ""


def test_waiting_ends(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(jsii_cache, "without_index", lambda: ["aws"])
    warm.wait_for_indexes(0.25)
    assert "not there after 0 s: the first start will be slower" in capsys.readouterr().out


@pytest.mark.slow
def test_with_the_real_jsii_the_index_is_there_at_the_end(tmp_path: Path) -> None:
    """On a new cache, with the packages of cdktf; jsii's own warnings of node are not printed."""
    app = "from cdktf import App\nApp().synth()\n"
    write_app(tmp_path, textwrap.dedent(app))
    cache = tmp_path / "cache"
    done = run(
        ["-m", "modules.lazy_bindings.warm", "main.py"],
        cwd=tmp_path,
        environ={
            "PYTHONPATH": str(ROOT),
            "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(cache),
            "JSII_RUNTIME_PACKAGE_CACHE": None,
            "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": None,
        },
    )
    packages = {path.parent for path in cache.glob("**/.jsii")}
    indexed = {path.parent for path in cache.glob("**/.jsii.runtime.v1.json")}
    assert len(packages) == 2
    assert indexed == packages
    assert done.stdout.startswith("Running main.py once: ")
    assert done.stderr == ""
