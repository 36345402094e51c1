"""A plan of 2,000 resources: fast, small, and every dangerous line is in comments that GitHub takes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from operations.review.comments import LIMIT
from operations.review.markup import code, prose
from tests.operations.review.bench import MEBIBYTES, RESOURCES, SECONDS, Measured, large_plan, measure

pytestmark = pytest.mark.slow

AT_MOST = 3
"""Measurements until one is fast enough: other tests run beside this one."""


@dataclass(frozen=True)
class Large:
    """The review, and what it needed."""

    folder: Path
    measured: list[Measured]
    report: dict[str, Any]
    comments: list[str]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Large:
    folder = tmp_path_factory.mktemp("large")
    plan = folder / "plan.json"
    plan.write_text(json.dumps(large_plan(RESOURCES)), encoding="utf-8")
    measured = [measure(plan, folder)]
    while measured[-1].seconds > SECONDS and len(measured) < AT_MOST:
        measured.append(measure(plan, folder))
    files = sorted((folder / "markdown").glob("*.md"), key=lambda file: int(file.stem))
    return Large(
        folder,
        measured,
        json.loads((folder / "json").read_text(encoding="utf-8")),
        [file.read_text(encoding="utf-8") for file in files],
    )


def dangerous(report: dict[str, Any]) -> list[dict[str, Any]]:
    (plan,) = report["plans"]
    return [
        change
        for change in plan["changes"]
        if change["class"] in {"destroys-data", "weakens-protection", "interrupts-service"}
    ]


def test_it_is_fast_and_small(large: Large) -> None:
    assert min(each.seconds for each in large.measured) <= SECONDS
    assert max(each.mebibytes for each in large.measured) <= MEBIBYTES


def test_no_comment_is_longer_than_github_takes(large: Large) -> None:
    assert len(large.comments) > 1
    assert all(len(text.encode()) <= LIMIT for text in large.comments)


def test_every_dangerous_line_is_there_and_none_is_cut(large: Large) -> None:
    changes = dangerous(large.report)
    assert len(changes) > 300
    lines = {line for text in large.comments for line in text.splitlines()}
    heads = "\n".join(line for line in lines if line.startswith("- "))
    for change in changes:
        assert f"- {code(change['address'])} " in heads
        for reason in change["reasons"]:
            told = prose(reason["text"])
            assert any(told in line for line in lines), reason


def test_no_secret_is_in_any_format(large: Large) -> None:
    for file in (
        *(large.folder / "markdown").glob("*.md"),
        *(large.folder / name for name in ("json", "sarif", "html")),
    ):
        assert "planted-" not in file.read_text(encoding="utf-8"), file.name
