"""What the pages name is there: links, files, commands with their options, targets, variables, settings."""

from __future__ import annotations

import importlib.util
import re
import shlex
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from environments import manifest
from operations.app import app
from stacks.environment import Environment
from stacks.settings_reference import models
from tests.docs import decisions, runbook
from tests.docs.pages import ROOT, Page, pages

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = pytest.mark.parametrize("page", pages(), ids=str)
SOURCES = ("environments", "functions", "localcloud", "modules", "operations", "stacks")
FOLDERS = (*SOURCES, "docs", "tests")


@PAGES
def test_every_link_leads_somewhere(page: Page) -> None:
    broken = []
    for link in page.links:
        if re.match(r"https?://", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.path.parent / file).resolve() if file else page.path
        if not target.exists() or (anchor and anchor not in Page(target).anchors):
            broken.append(link)
    assert broken == []


@PAGES
def test_every_file_that_is_named_exists(page: Page) -> None:
    named = {
        span
        for span in page.code
        if re.fullmatch(rf"(?:{'|'.join(FOLDERS)})(?:/[\w.-]+)*/?", span) and span not in page.python()
    }
    shown = {file for other in pages() for file in other.python()}
    assert [file for file in sorted(named - shown) if not (ROOT / file).exists()] == []


@PAGES
def test_every_make_target_exists(page: Page) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    named = {target for line in page.code for target in re.findall(r"(?:^|\s)make ([a-z-]+)", line)}
    assert named - targets == set()


def commands(page: Page) -> Iterator[list[str]]:
    """What follows ``holdfast`` in code, as a shell splits it."""
    for line in page.code:
        for found in re.findall(r"(?:^|[\s(])holdfast( [^#)]+)?", line):
            yield shlex.split(found.replace('"', ""))


def unknown(words: list[str]) -> str | None:
    """The first word that is no command and no option, or None."""
    command: Any = typer.main.get_command(app)
    for word in words:
        if word.startswith("-"):
            if word.partition("=")[0] not in {option for each in command.params for option in each.opts}:
                return word
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return word
            command = command.commands[word]
    return None


@PAGES
def test_every_command_exists_with_its_options(page: Page) -> None:
    assert [" ".join(words) for words in commands(page) if unknown(words)] == []


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert unknown(["secret", "create", "--environment", "prod"]) is None
    assert unknown(["deploy", "citizen-data", "-e", "prod"]) is None
    assert unknown(["secret", "show"]) == "show"
    assert unknown(["deploy", "citizen-data", "--force"]) == "--force"


@PAGES
def test_every_module_that_is_run_exists(page: Page) -> None:
    named = {name for line in page.code for name in re.findall(r"python -m ([\w.]+)", line)}
    assert [name for name in sorted(named) if importlib.util.find_spec(name) is None] == []


@PAGES
def test_every_variable_of_ours_is_read_somewhere(page: Page) -> None:
    named = set(re.findall(r"\bHOLDFAST_[A-Z_]+\b", page.text))
    code = "".join(
        path.read_text(encoding="utf-8")
        for path in [
            ROOT / "main.py",
            *(path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")),
        ]
    )
    workflows = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github").rglob("*.yml"))
    known = set(re.findall(r'"(HOLDFAST_\w+)"', code)) | set(re.findall(r"\bvars\.(HOLDFAST_\w+)", workflows))
    assert named - known == set()


@PAGES
def test_every_setting_that_is_named_exists(page: Page) -> None:
    known = {f"{place}.{name}" for place, model in models(Environment) for name in model.model_fields}
    places = "|".join(place for place, _ in models(Environment) if place and "." not in place)
    named = {span for span in page.code if re.fullmatch(rf"(?:{places})\.[a-z_]+", span)}
    assert named - known == set()


def test_the_addresses_in_the_runbook_are_those_of_the_manifest() -> None:
    # No environment that comes with the project has a cluster.
    named = set(re.findall(r"aws_(?!rds_cluster)\w+\.\w+_[0-9A-F]{8}", runbook.PAGE.text))
    assert named
    assert named <= {entry.address for entry in manifest.read(manifest.file("dev"))}


def test_every_guide_is_in_the_index() -> None:
    index = Page(ROOT / "docs" / "README.md")
    guides = {page.path.name for page in pages() if page.path.parent == index.path.parent} - {"README.md"}
    assert guides - set(index.links) == set()


def test_the_list_of_decisions_is_complete() -> None:
    assert decisions.INDEX.read_text(encoding="utf-8") == decisions.index(), "it is stale: make docs"


@pytest.mark.parametrize("page", decisions.decisions(), ids=str)
def test_a_decision_is_whole(page: Page) -> None:
    assert page.text.startswith(f"# {page.path.name[:4]} ")
    assert re.findall(r"^## (.+)$", page.text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


def test_no_two_decisions_have_one_number() -> None:
    numbers = [page.path.name[:4] for page in decisions.decisions()]
    assert len(numbers) == len(set(numbers))
