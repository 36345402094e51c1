"""The workflows as they are written, and their expressions, evaluated by GitHub's own library."""

from __future__ import annotations

import functools
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".github" / "workflows"
INSTALL = ROOT / ".github" / "actions" / "install" / "action.yml"
LOCAL_ACTION = "./.github/actions/install"

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_STATUS = re.compile(r"\b(success|failure|cancelled|always)\(")


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML 1.2, as GitHub reads it: ``on`` is a word."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


@dataclass(frozen=True)
class Workflow:
    """One file."""

    path: Path
    content: dict[str, Any] = field(repr=False)

    def __str__(self) -> str:
        return self.path.stem

    @property
    def jobs(self) -> dict[str, dict[str, Any]]:
        return dict(self.content["jobs"])

    def steps(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every step, with the name of its job."""
        for name, job in self.jobs.items():
            for step in job["steps"]:
                yield name, step


def load(path: Path) -> dict[str, Any]:
    return dict(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader))


def workflow(name: str) -> Workflow:
    path = FOLDER / f"{name}.yml"
    return Workflow(path, load(path))


def workflows() -> list[Workflow]:
    return [workflow(path.stem) for path in sorted(FOLDER.glob("*"))]


def installing() -> list[dict[str, Any]]:
    """The steps of our own action."""
    return list(load(INSTALL)["runs"]["steps"])


@dataclass
class Contexts:
    """What expressions may ask for.

    Attributes:
        values: name of the context to what it has.
        status: how the job goes.
    """

    values: Mapping[str, Any]
    status: str = "success"

    def holds(self, condition: str | None) -> bool:
        """What an ``if`` says; without a word about the status, all that came before must have succeeded."""
        text = _EXPRESSION.sub(r"\1", condition or "success()").strip()
        if not _STATUS.search(text):
            text = f"success() && ({text})"
        (found,) = self._evaluate([text])
        return bool(found)

    def filled(self, texts: Mapping[str, Any]) -> dict[str, str]:
        """Texts with what their expressions come to."""
        return {name: self._text(_as_text(text)) for name, text in texts.items()}

    def value(self, text: str) -> Any:
        """What a text comes to that is one expression."""
        found = _EXPRESSION.fullmatch(text.strip())
        assert found is not None, text
        (value,) = self._evaluate([found[1]])
        return value

    def _text(self, text: str) -> str:
        expressions = _EXPRESSION.findall(text)
        if not expressions:
            return text
        values = iter(self._evaluate(expressions))
        return _EXPRESSION.sub(lambda _: _as_text(next(values)), text)

    def _evaluate(self, expressions: list[str]) -> list[Any]:
        asked = {"expressions": expressions, "contexts": self.values, "status": self.status}
        process = _evaluator()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer, f"cannot be evaluated: {expressions}"
        return list(json.loads(answer))


@functools.cache
def _evaluator() -> subprocess.Popen[str]:
    """One process for all expressions: it ends with its standard input."""
    return subprocess.Popen(
        ["node", str(Path(__file__).with_name("evaluate.mjs"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
