"""What a file says is remembered as long as nothing that it depends on has changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from environments import hcl, parsed
from environments.problem import Problem

TEXT = 'region = "eu-central-2"\nzones = ["a", "b"]\nsizes = { small = 1.5, none = null, on = true }\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(parsed, "PROJECT", tmp_path)
    monkeypatch.setattr(parsed, "FOLDER", tmp_path / ".holdfast" / "parsed")
    (tmp_path / "environments").mkdir()
    file = tmp_path / "environments" / "dev.tfvars"
    file.write_text(TEXT, encoding="utf-8")
    return tmp_path


@pytest.fixture
def file(project: Path) -> Path:
    return project / "environments" / "dev.tfvars"


def kept(project: Path) -> Path:
    return project / ".holdfast" / "parsed" / "environments-dev.tfvars.json"


def changed(project: Path, **changes: Any) -> None:
    """Change what is remembered, so that one sees where it comes from."""
    found = json.loads(kept(project).read_text(encoding="utf-8"))
    kept(project).write_text(json.dumps({**found, **changes}), encoding="utf-8")


def said(file: Path) -> dict[str, Any]:
    return dict(parsed.load(file, source="dev.tfvars").values)


def test_what_is_remembered_is_the_same(file: Path, project: Path) -> None:
    first = parsed.load(file, source="dev.tfvars")
    assert not kept(project).exists(), "it has not been accepted yet"
    parsed.remember(file)
    assert parsed.load(file, source="dev.tfvars") == first == hcl.load(file)
    assert first.line(("zones", 1)) == 2


def test_it_is_taken_from_there(file: Path, project: Path) -> None:
    parsed.remember(file)
    changed(project, values={"region": "remembered"})
    assert said(file) == {"region": "remembered"}
    parsed.remember(file)
    assert said(file) == {"region": "remembered"}, "it is not written again"


def test_another_text_is_read_anew(file: Path, project: Path) -> None:
    parsed.remember(file)
    changed(project, values={"region": "remembered"})
    file.write_text('region = "eu-west-1"\n', encoding="utf-8")
    assert said(file) == {"region": "eu-west-1"}
    parsed.remember(file)
    changed(project, values={"region": "remembered"})
    assert said(file) == {"region": "remembered"}


def test_another_parser_reads_anew(file: Path, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = said(file)
    parsed.remember(file)
    changed(project, values={"region": "remembered"})
    monkeypatch.setattr(parsed, "version", lambda _name: "another")
    assert said(file) == before


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"of": 1}', "\x00"])
def test_what_is_broken_is_written_anew(file: Path, project: Path, broken: str) -> None:
    before = said(file)
    parsed.remember(file)
    whole = kept(project).read_text(encoding="utf-8")
    kept(project).write_text(broken, encoding="utf-8")
    assert said(file) == before
    parsed.remember(file)
    assert kept(project).read_text(encoding="utf-8") == whole


def test_of_a_file_elsewhere_nothing_is_remembered(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("elsewhere") / "dev.tfvars"
    file.write_text(TEXT, encoding="utf-8")
    parsed.remember(file)
    assert said(file)["region"] == "eu-central-2"
    assert not (project / ".holdfast").exists()


def test_where_nothing_can_be_written_it_is_read_each_time(file: Path, project: Path) -> None:
    (project / ".holdfast").write_text("a file is in the way", encoding="utf-8")
    parsed.remember(file)
    assert said(file)["region"] == "eu-central-2"


def test_what_is_no_hcl_is_refused_with_its_line(file: Path) -> None:
    file.write_text("region = local.region\n", encoding="utf-8")
    with pytest.raises(Problem, match=r"dev\.tfvars, line 1: this is an expression"):
        parsed.load(file, source="dev.tfvars")


@pytest.mark.slow
def test_after_a_synthesis_the_parser_is_not_imported_again(tmp_path: Path) -> None:
    environ = {**os.environ, "CDKTF_OUTDIR": str(tmp_path / "out")}
    program = "import sys, main; main.main(['citizen-data']); print('lark' in sys.modules)"
    told = [
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=parsed.PROJECT,
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert told[1] == "False\n"
